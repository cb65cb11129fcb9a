"""Looks up known vulnerabilities of the pinned packages; passes with a note where it reaches no database."""

import json
import subprocess
import sys

LOCKS = ("requirements-dev.txt", "requirements-node.txt")
UNREACHED = "SKIPPED: the database of vulnerabilities cannot be reached, so no package was looked up."


def main() -> int:
    command = [sys.executable, "-m", "pip_audit", "--format=json", "--progress-spinner=off"]
    command += ["--disable-pip", "--require-hashes", *(f"--requirement={lock}" for lock in LOCKS)]
    found = subprocess.run(command, capture_output=True, text=True, check=False)
    if not found.stdout:
        if "ConnectionError" in found.stderr or "Timeout" in found.stderr:
            print(UNREACHED)
            return 0
        print(found.stderr, file=sys.stderr)
        return 1
    packages = json.loads(found.stdout)["dependencies"]
    skipped = [package["skip_reason"] for package in packages if "skip_reason" in package]
    if len(skipped) == len(packages):  # a mirror without that database says of each that it does not know it
        print(UNREACHED)
        return 0
    for package in packages:
        for fault in package.get("vulns", []):
            fixed = ", ".join(fault["fix_versions"]) or "no version yet"
            print(f"{package['name']} {package['version']}: {fault['id']}, mended in {fixed}")
    print(*skipped, f"{len(packages)} packages looked up.", sep="\n")
    return found.returncode or int(bool(skipped))


if __name__ == "__main__":
    sys.exit(main())
