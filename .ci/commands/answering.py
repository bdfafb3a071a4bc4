"""A server that answers each question as a subclass says."""

import http.server
import json


class Answering(http.server.BaseHTTPRequestHandler):
    def answer(self):
        """The code, and the body: text, or what becomes JSON."""
        raise NotImplementedError

    def do_GET(self):
        code, body = self.answer()
        data = body.encode() if isinstance(body, str) else json.dumps(body).encode()
        self.send_response(code)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_):
        pass
