"""Deploys what `make build` built to an emulated AWS on this machine, seeds it and runs it until told to stop."""

import argparse
import asyncio
import json
import os
import pathlib
import signal
import subprocess
import sys
import time

from emulator import REGION, Emulator
from front_door import FrontDoor
from stacks import REPOSITORY, ZONE, credentials, deploy_all

DEFAULT_PORT = 8090
SEED = ["cargo", "run", "--quiet", "--package", "local", "--bin", "seed", "--"]


def main() -> None:
    arguments = _arguments()
    # As Ctrl-C does, these end the process by an exception, so that `finally` ends what was started.
    for ending in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(ending, lambda number, _: sys.exit(128 + number))
    began = time.monotonic()
    try:
        door = FrontDoor(arguments.port)
    except OSError:
        sys.exit(f"Port {arguments.port} is in use; choose another by PORT=.")
    arguments.output.parent.mkdir(parents=True, exist_ok=True)
    arguments.output.unlink(missing_ok=True)
    emulator = Emulator(arguments.output.with_suffix(""), arguments.aws_port)
    try:
        emulator.wait_until_ready()
        outputs = deploy_all(emulator, door.base_url)
        if arguments.seed:
            seed(arguments.seed_program, emulator, door.base_url, outputs["ZoneKeyId"], arguments.output)
        asyncio.run(run(emulator, door, outputs, arguments, began))
    except KeyboardInterrupt:
        pass
    finally:
        emulator.stop()


def seed(
    program: list[str], emulator: Emulator, base_url: str, zone_key: str, output: pathlib.Path
) -> None:
    """Runs the program that writes the demo tenant, the one that seeds the local platform too."""
    subprocess.run(
        [
            *program,
            "--endpoint", emulator.endpoint,
            "--region", REGION,
            "--kms-key", zone_key,
            "--zone", ZONE,
            "--tables-prefix", f"countersign-{ZONE}",
            "--base-url", base_url,
            "--output", output,
        ],
        cwd=REPOSITORY,
        env=os.environ | credentials(),
        stdin=subprocess.DEVNULL,
        check=True,
    )


async def run(
    emulator: Emulator, door: FrontDoor, outputs: dict[str, str], arguments: argparse.Namespace, began: float
) -> None:
    """Serves the base URL; with --until-stdin-closes for as long as whoever started this holds standard input open."""
    serving = asyncio.create_task(door.serve(emulator.port, outputs["ApiId"]))
    _write_json(arguments.output, emulator, door, outputs["FirstAdministratorFunction"])
    print(f"\nDeployed to emulated AWS in {time.monotonic() - began:.0f} s")
    print(f"  base URL   {door.base_url}/t/demo")
    print(f"  inbox      {door.inbox_url}")
    print(f"  AWS        {emulator.endpoint} ({REGION}, log in {emulator.log})")
    print(f"ready {arguments.output}", flush=True)
    if arguments.until_stdin_closes:
        await asyncio.to_thread(sys.stdin.buffer.read)
        serving.cancel()
    else:
        await serving


def _write_json(output: pathlib.Path, emulator: Emulator, door: FrontDoor, first_administrator: str) -> None:
    """Adds to what the seed wrote; whoever waits for the file sees it whole."""
    known = json.loads(output.read_text()) if output.exists() else {}
    known |= {"base_url": door.base_url, "inbox_url": door.inbox_url}
    aws = {"endpoint_url": emulator.endpoint, "region": REGION, "zone": ZONE, "first_administrator_function": first_administrator}
    known |= {"aws": aws}
    partial = output.with_suffix(".partial")
    partial.write_text(json.dumps(known, indent=2) + "\n")
    partial.replace(output)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=DEFAULT_PORT, help="of the base URL; 0 for any")
    parser.add_argument("--aws-port", type=int, default=0, help="of the emulated AWS; any by default")
    parser.add_argument(
        "--output", type=pathlib.Path, default=REPOSITORY / ".countersign/emulated.json",
        help="the description that journeys read; logs go to the folder beside it",
    )
    parser.add_argument("--until-stdin-closes", action="store_true", help="for tests: end with whoever started it")
    parser.add_argument(
        "--seed-program", type=lambda path: [path], default=SEED, metavar="PATH",
        help="what seeds, built already; compiled and run by default",
    )
    parser.add_argument("--no-seed", dest="seed", action="store_false", help="leave the tables empty")
    return parser.parse_args()


if __name__ == "__main__":
    main()
