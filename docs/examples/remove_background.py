"""Sends images to a server, shows the progress, and saves the cutouts into a folder. Standard library only.

    python3 remove_background.py http://127.0.0.1:5000 cutouts a.jpg b.jpg
"""

import json
import os
import sys
import urllib.error
import urllib.request
import uuid


def form_of(paths):
    """A multipart form with the images, and its content type."""
    boundary = uuid.uuid4().hex
    body = b""
    for path in paths:
        name = os.path.basename(path).replace('"', "%22")
        head = f'--{boundary}\r\nContent-Disposition: form-data; name="images"; filename="{name}"\r\n\r\n'
        with open(path, "rb") as image:
            body += head.encode() + image.read() + b"\r\n"
    return body + f"--{boundary}--\r\n".encode(), f"multipart/form-data; boundary={boundary}"


def events(url):
    """The states of a job, as the server tells of them, until it is over."""
    with urllib.request.urlopen(url) as stream:
        for line in stream:
            if line.startswith(b"data:"):
                yield json.loads(line[5:])


def main(server, folder, *paths):
    body, content_type = form_of(paths)
    request = urllib.request.Request(f"{server}/queue/submit", body, {"Content-Type": content_type})
    with urllib.request.urlopen(request) as answer:
        job_id = json.load(answer)["job_id"]

    for job in events(f"{server}/queue/job/{job_id}/events"):
        print(f"{job['status']}: {job['progress']['processed']} of {job['progress']['total']}")

    os.makedirs(folder, exist_ok=True)
    for result in job["results"]:
        if result["url"] is None:
            print(f"{result['filename']}: {result['error']['message']}", file=sys.stderr)
            continue
        name = os.path.splitext(os.path.basename(result["filename"]))[0] + ".png"
        urllib.request.urlretrieve(server + result["url"], os.path.join(folder, name))


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except urllib.error.HTTPError as error:
        problem = json.load(error)
        sys.exit(f"{problem['detail']} ({problem['code']})")
