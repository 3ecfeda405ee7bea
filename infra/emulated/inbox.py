"""The emulated deployment's inbox: what the emulated SES was asked to send, in the form that the local platform uses."""

import json
import re
import urllib.request

LINK = re.compile(r"https?://[^\s<>\"']+")


def messages(aws_endpoint: str) -> list[dict[str, object]]:
    """Every mail sent so far, oldest first."""
    with urllib.request.urlopen(f"{aws_endpoint}/_ministack/ses/messages", timeout=10) as answer:
        by_account = json.load(answer)["messages"]
    sent = sorted((mail for mails in by_account.values() for mail in mails), key=lambda mail: mail["Timestamp"])
    return [
        {
            "to": recipient,
            "subject": mail["Subject"],
            "text": mail["BodyText"],
            "links": [link.rstrip(".,;:!?)") for link in LINK.findall(mail["BodyText"])],
        }
        for mail in sent
        for recipient in mail["To"]
    ]


def as_text(mails: list[dict[str, object]]) -> str:
    """For a person to read."""
    return "\n\n".join(f"To: {mail['to']}\nSubject: {mail['subject']}\n\n{mail['text']}" for mail in mails)
