"""The register of interests: what somebody who assesses says of themselves once a year, and when it changes."""
