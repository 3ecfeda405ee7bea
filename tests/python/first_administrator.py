"""An operator who invokes the function that yields the link of the first owner. Reads what it needs as JSON on standard input, prints the function's answer."""

import json
import sys

import boto3


def main() -> None:
    asked = json.load(sys.stdin)
    aws = asked["aws"]
    client = boto3.client(
        "lambda",
        endpoint_url=aws["endpoint_url"],
        region_name=aws["region"],
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )
    payload = json.dumps({"email": asked["email"]})
    answer = client.invoke(FunctionName=aws["first_administrator_function"], Payload=payload)
    assert "FunctionError" not in answer, answer["Payload"].read()
    print(answer["Payload"].read().decode())


if __name__ == "__main__":
    main()
