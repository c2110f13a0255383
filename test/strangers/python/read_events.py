"""Reads whole topics as a stranger would: a Python client, and the AsyncAPI document for what to expect.

usage: read_events.py BROKERS DOCUMENT TOPIC...
Prints one JSON object a message; `problems` says what of it is not as the document says.
"""

import json
import sys
import time

from confluent_kafka import Consumer, KafkaError
from jsonschema import Draft7Validator

LIMIT_S = 60


def validator(document, schema):
    return Draft7Validator({**schema, "components": document["components"]})


def problems_of(document, headers, data):
    message = document["components"]["messages"].get(headers.get("ce_type"))
    if message is None:
        return ["the document has no such type"]
    checks = [(message["headers"], headers), (message["payload"], data)]
    return [error.message for schema, given in checks for error in validator(document, schema).iter_errors(given)]


def main(brokers, document_path, *topics):
    with open(document_path, encoding="utf-8") as file:
        document = json.load(file)
    consumer = Consumer(
        {
            "bootstrap.servers": brokers,
            "group.id": f"stranger-{time.time()}",
            "auto.offset.reset": "earliest",
            "enable.partition.eof": True,
        }
    )
    known = consumer.list_topics(timeout=10).topics
    waiting = {(topic, partition) for topic in topics for partition in known[topic].partitions}
    consumer.subscribe(list(topics))
    deadline = time.time() + LIMIT_S
    while waiting and time.time() < deadline:
        message = consumer.poll(1)
        if message is None:
            continue
        if message.error():
            if message.error().code() != KafkaError._PARTITION_EOF:
                sys.exit(str(message.error()))
            waiting.discard((message.topic(), message.partition()))
            continue
        headers = {name: value.decode() for name, value in message.headers()}
        data = json.loads(message.value())
        read = {
            "topic": message.topic(),
            "key": message.key().decode(),
            "headers": headers,
            "data": data,
            "problems": problems_of(document, headers, data),
        }
        print(json.dumps(read))
    consumer.close()
    if waiting:
        sys.exit(f"not read to the end within {LIMIT_S} s: {sorted(waiting)}")


main(*sys.argv[1:])
