"""Receives webhooks, and believes those alone that the server signed.

    WEBHOOK_SECRET=whsec_... python3 webhook_receiver.py 8000

`offcut keys webhook-secret <id>` prints the secret of an API key; a server without keys has OFFCUT_WEBHOOK_SECRET.
"""

import base64
import hashlib
import hmac
import json
import os
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

SECRET = base64.b64decode(os.environ["WEBHOOK_SECRET"].removeprefix("whsec_"))
FIVE_MINUTES = 300
MOST_BYTES = 10_000_000
handled = set()  # One message may come twice: keep the ids where your data is.


def is_signed(headers, body):
    message_id = headers.get("webhook-id", "")
    timestamp = headers.get("webhook-timestamp", "")
    # What somebody recorded and sends again later is too old.
    if not timestamp.isdigit() or abs(time.time() - int(timestamp)) > FIVE_MINUTES:
        return False
    signed = f"{message_id}.{timestamp}.".encode() + body
    expected = "v1," + base64.b64encode(hmac.new(SECRET, signed, hashlib.sha256).digest()).decode()
    # There may be several, while a secret is replaced.
    given = headers.get("webhook-signature", "").split(" ")
    return any(hmac.compare_digest(expected, signature) for signature in given)


class Receiver(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(min(int(self.headers.get("content-length", 0)), MOST_BYTES))
        signed = is_signed(self.headers, body)
        # Within ten seconds: what takes longer is done after the answer.
        self.send_response(204 if signed else 401)
        self.end_headers()
        message_id = self.headers.get("webhook-id")
        if not signed or message_id in handled:
            return
        handled.add(message_id)
        message = json.loads(body)
        job = message["data"]
        print(f"{message['type']} {job['id']} with {len(job['results'])} images", flush=True)

    def log_message(self, *args):
        pass


server = ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Receiver)
print(f"listening on {server.server_port}", flush=True)
server.serve_forever()
