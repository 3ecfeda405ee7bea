"""The emulated deployment's inbox: what the emulated SES and SNS were asked to send, in the form that the local platform uses."""

import json
import re
import urllib.request

LINK = re.compile(r"https?://[^\s<>\"']+")


def messages(aws_endpoint: str) -> list[dict[str, object]]:
    """Every mail sent so far, oldest first, and after them every text message."""
    by_account = _kept(aws_endpoint, "ses/messages")["messages"]
    sent = sorted((mail for mails in by_account.values() for mail in mails), key=lambda mail: mail["Timestamp"])
    mails = [
        {
            "way": "mail",
            "to": recipient,
            "subject": mail["Subject"],
            "text": mail["BodyText"],
            "links": [link.rstrip(".,;:!?)") for link in LINK.findall(mail["BodyText"])],
        }
        for mail in sent
        for recipient in mail["To"]
    ]
    by_number = _kept(aws_endpoint, "sns/sms-messages")["sms_messages"]
    return mails + [
        {"way": "sms", "to": number, "subject": "Text message", "text": sms["Message"], "links": LINK.findall(sms["Message"])}
        for number, texts in by_number.items()
        for sms in texts
    ]


def _kept(aws_endpoint: str, what: str) -> dict[str, dict[str, list[dict[str, str]]]]:
    with urllib.request.urlopen(f"{aws_endpoint}/_ministack/{what}", timeout=10) as answer:
        return json.load(answer)


def as_text(mails: list[dict[str, object]]) -> str:
    """For a person to read."""
    return "\n\n".join(f"To: {mail['to']}\nSubject: {mail['subject']}\n\n{mail['text']}" for mail in mails)
