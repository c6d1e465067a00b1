"""Serves one handler of bytes over HTTP on a free port, until stdin closes."""

import sys
import threading
import traceback
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


def serve(handle):
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1  # one packet for head and body

        def do_POST(self):
            request = self.rfile.read(int(self.headers["Content-Length"]))
            try:
                status, answer = 200, handle(request)
            except Exception:
                traceback.print_exc()
                status, answer = 500, b""
            self.send_response(status)
            self.send_header("Content-Type", "application/octet-stream")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *args):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print("PORT", server.server_port, flush=True)
    sys.stdin.buffer.read()
