#!/bin/sh
# Sends images to a server, waits until all are done, and saves the cutouts as one zip.
#
#     sh remove-background.sh http://127.0.0.1:5000 cutouts.zip a.jpg b.jpg
set -eu
server=$1 zip=$2
shift 2

for image in "$@"; do
  set -- "$@" -F "images=@$image"
  shift
done
job=$(curl -sS --fail-with-body "$@" "$server/queue/submit" | sed 's/.*"job_id":"\([^"]*\)".*/\1/')

# The stream of events ends when the job is over.
curl -sSN --fail-with-body "$server/queue/job/$job/events" | sed -n 's/.*"status":"\([a-z]*\)","type".*/\1/p'

curl -sS --fail-with-body -o "$zip" "$server/queue/job/$job/results.zip"
