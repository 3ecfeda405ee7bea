"""Passes on what test runners print and ends with one line that adds them up; fails on a failed, ignored or missing test."""

import re
import sys

RESULT = re.compile(r"^test result: \w+\. (\d+) passed; (\d+) failed; (\d+) ignored;")


def main() -> None:
    passed = failed = ignored = 0
    for line in sys.stdin:
        sys.stdout.write(line)
        sys.stdout.flush()
        if match := RESULT.match(line):
            passed += int(match[1])
            failed += int(match[2])
            ignored += int(match[3])
    if ignored:
        print(f"{ignored} ignored: a test that isn't run shows nothing")
    print(f"{passed} passed, {failed} failed")
    if failed or ignored or not passed:
        sys.exit(1)


if __name__ == "__main__":
    main()
