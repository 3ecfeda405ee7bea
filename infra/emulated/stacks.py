"""Deploys the stacks by the `sam deploy` that operators use, in the order of samconfig.toml."""

import os
import pathlib
import platform
import subprocess
import sys

import boto3
from botocore.client import BaseClient

from emulator import REGION, Emulator

ZONE = "eu"
# Mail is refused from any other domain, so this one ends in a reserved name.
ZONE_DOMAIN = "countersign.example"
ARTIFACTS = "countersign-artifacts"
REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
SAM = REPOSITORY / ".venv/templates/bin/sam"


def credentials() -> dict[str, str]:
    """The environment of a client of the emulated account."""
    return {
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
    }


def client(emulator: Emulator, service: str) -> BaseClient:
    """A client of one of the emulated services."""
    return boto3.client(
        service,
        endpoint_url=emulator.endpoint,
        region_name=REGION,
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )


def deploy_all(emulator: Emulator, base_url: str) -> dict[str, str]:
    """Deploys global, zone, region and the functions; answers all stacks' outputs."""
    client(emulator, "s3").create_bucket(
        Bucket=ARTIFACTS, CreateBucketConfiguration={"LocationConstraint": REGION}
    )
    temporary = {"DeletionProtection": "false"}
    zone = {"Zone": ZONE}
    domain = {**zone, "ZoneDomain": ZONE_DOMAIN}
    outputs = _deploy(emulator, "infra/global.yaml", "countersign-global", temporary)
    outputs |= _deploy(emulator, "infra/zone.yaml", f"countersign-{ZONE}-zone", {**zone, **temporary})
    outputs |= _deploy(emulator, "infra/region.yaml", f"countersign-{ZONE}-region", {**domain, **temporary})
    functions = {
        **domain,
        "ZoneRegions": REGION,
        "ZoneKeyId": outputs["ZoneKeyId"],
        "EventsStreamArn": outputs["EventsStreamArn"],
        "CertificateArn": "",
        "MailFrom": f"sign-in@{ZONE_DOMAIN}",
        # Functions run as processes of this machine.
        "Architecture": "arm64" if platform.machine() in ("arm64", "aarch64") else "x86_64",
        "LoopbackBaseUrl": base_url,
        "RoutePrefix": "/t/{slug}",
        "EndpointUrl": emulator.endpoint,
    }
    return outputs | _deploy(emulator, "template.yaml", f"countersign-{ZONE}", functions)


def _deploy(emulator: Emulator, template: str, stack: str, parameters: dict[str, str]) -> dict[str, str]:
    answer = subprocess.run(
        [
            SAM, "deploy",
            "--config-file", REPOSITORY / "samconfig.toml",
            "--config-env", "emulated",
            "--template-file", REPOSITORY / template,
            "--stack-name", stack,
            "--s3-bucket", ARTIFACTS,
            "--parameter-overrides", *(f'{name}="{value}"' for name, value in parameters.items()),
        ],
        cwd=REPOSITORY,
        env=os.environ | credentials() | {
            "AWS_ENDPOINT_URL": emulator.endpoint,
            "SAM_CLI_TELEMETRY": "0",
            # Seconds between looks at the stack; five by default.
            "SAM_CLI_POLL_DELAY": "0.2",
        },
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    if answer.returncode != 0:
        sys.exit(f"{answer.stdout}\n{template} was not deployed.")
    described = client(emulator, "cloudformation").describe_stacks(StackName=stack)["Stacks"][0]
    return {output["OutputKey"]: output["OutputValue"] for output in described.get("Outputs", [])}
