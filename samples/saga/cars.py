"""The cars of the saga: a function of the official Python SDK. It knows nothing of workflows, and answers its caller."""

import os
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from statefun import IntType, RequestReplyHandler, StatefulFunctions, ValueSpec, make_json_type, message_builder

BOOK = make_json_type("example/book")
BOOKED = make_json_type("example/booked")

functions = StatefulFunctions()


@functions.bind("example/cars", specs=[ValueSpec("rented", IntType)])
def cars(context, message):
    if not message.is_type(BOOK):
        return
    days = message.as_type(BOOK)["days"]
    if days > 14:
        answer = {"refused": "a car can be had for 14 days at most"}
    else:
        context.storage.rented = (context.storage.rented or 0) + 1
        answer = {"number": "car " + str(context.storage.rented)}
    caller = context.caller
    context.send(message_builder(target_typename=caller.typename, target_id=caller.id, value=answer, value_type=BOOKED))


handler = RequestReplyHandler(functions)


class Server(BaseHTTPRequestHandler):
    def do_POST(self):
        request = self.rfile.read(int(self.headers["Content-Length"]))
        response = handler.handle_sync(request)
        self.send_response(200)
        self.send_header("Content-Type", "application/octet-stream")
        self.send_header("Content-Length", str(len(response)))
        self.end_headers()
        self.wfile.write(response)

    def log_message(self, *args):
        pass


if __name__ == "__main__":
    server = ThreadingHTTPServer(("127.0.0.1", int(os.environ.get("PORT", "8001"))), Server)
    print("Serving example/cars at port", server.server_port, flush=True)
    server.serve_forever()
