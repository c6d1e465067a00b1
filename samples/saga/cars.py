"""The cars of the saga: a function of the official Python SDK. It knows nothing of workflows, and answers its caller."""

import os
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from statefun import RequestReplyHandler, StatefulFunctions, ValueSpec, make_json_type, message_builder

BOOK = make_json_type("example/book")
CANCEL = make_json_type("example/cancel")
BOOKED = make_json_type("example/booked")
TRIPS = make_json_type("example/bookings")

functions = StatefulFunctions()


@functions.bind("example/cars", specs=[ValueSpec("trips", TRIPS)])
def cars(context, message):
    trips = context.storage.trips or []
    answer = {}
    if message.is_type(CANCEL):
        trip = message.as_type(CANCEL)["trip"]
        trips = [other for other in trips if other != trip]
    elif message.as_type(BOOK)["days"] > 14:
        answer = {"refused": "a car can be had for 14 days at most"}
    else:
        trips = trips + [message.as_type(BOOK)["trip"]]
        answer = {"number": "car " + str(len(trips))}
    context.storage.trips = trips
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
