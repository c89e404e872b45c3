"""A browser, driven by the WebDriver protocol, and axe in its pages."""

import contextlib
import json
import shutil
import subprocess
import urllib.error
import urllib.request
from importlib import resources

from driving import TIMEOUT, eventually, free_port

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
CHROMEDRIVER = shutil.which("chromedriver")

SIZES = {"phone": (390, 844), "desktop": (1280, 900)}

# The page of the API has hundreds of articles of one form. axe looks at the first of each section.
SIMILAR = "article ~ article ~ article"

AXE = """
const done = arguments[arguments.length - 1];
axe.run({exclude: [SIMILAR]}, {resultTypes: ["violations"]}).then(
  (found) => done({violations: found.violations, passes: found.passes.length}),
  (error) => done({error: String(error)}),
);
""".replace("SIMILAR", json.dumps(SIMILAR))


def axe_source() -> str:
    """axe itself, as a package of a browser library carries it. Nothing else of that package is used."""
    return (resources.files("axe_playwright_python") / "axe.min.js").read_text()


class Browser:
    """A session of a browser."""

    def __init__(self, url: str):
        self._session = url

    def _call(self, method: str, path: str, body=None):
        data = json.dumps(body).encode() if body is not None else None
        request = urllib.request.Request(self._session + path, data, method=method)
        request.add_header("Content-Type", "application/json")
        try:
            with urllib.request.urlopen(request, timeout=90) as answer:
                return json.load(answer)["value"]
        except urllib.error.HTTPError as refusal:
            raise AssertionError(json.load(refusal)["value"]["message"]) from None

    def wait_for_scripts(self, seconds: int):
        self._call("POST", "/timeouts", {"script": 1000 * seconds})

    def open(self, url: str):
        self._call("POST", "/url", {"url": url})

    @property
    def url(self) -> str:
        return self._call("GET", "/url")

    def run(self, script: str, *arguments):
        return self._call("POST", "/execute/sync", {"script": script, "args": arguments})

    def text(self) -> str:
        return self.run("return document.body.innerText")

    def type(self, selector: str, text: str):
        self._element(selector, "value", {"text": text})

    def click(self, selector: str):
        self._element(selector, "click", {})

    def _element(self, selector: str, action: str, body):
        found = self._call("POST", "/element", {"using": "css selector", "value": selector})
        [element] = found.values()
        self._call("POST", f"/element/{element}/{action}", body)

    def resize(self, size: str):
        """Emulates a screen. A window cannot be as narrow as a phone."""
        width, height = SIZES[size]
        metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": size == "phone"}
        self._cdp("Emulation.setDeviceMetricsOverride", metrics)

    def prefer(self, scheme: str):
        """Emulates the colors that a person prefers: `light` or `dark`."""
        features = [{"name": "prefers-color-scheme", "value": scheme}]
        self._cdp("Emulation.setEmulatedMedia", {"features": features})

    def allow_scripts(self, allowed: bool):
        self._cdp("Emulation.setScriptExecutionDisabled", {"value": not allowed})

    def _cdp(self, command: str, params: dict):
        self._call("POST", "/goog/cdp/execute", {"cmd": command, "params": params})

    def violations(self) -> list[str]:
        """What axe complains about, a line each. The driver's scripts are not subject to the page's policy."""
        self.run(axe_source())
        found = self._call("POST", "/execute/async", {"script": AXE, "args": []})
        assert "error" not in found, found
        assert found["passes"] > 5, "axe has looked at the page"
        return [
            f"{one['id']}: {one['help']}: {node['html'][:120]}"
            for one in found["violations"]
            for node in one["nodes"]
        ]

    def quit(self):
        self._call("DELETE", "")


@contextlib.contextmanager
def browser():
    """Starts a browser without a window, which reaches this machine only."""
    url = f"http://127.0.0.1:{free_port()}"
    program = subprocess.Popen(
        [CHROMEDRIVER, f"--port={url.rpartition(':')[2]}"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        eventually(lambda: is_ready(url), "the driver of the browser")
        options = {
            "binary": CHROMIUM,
            "args": [
                "--headless=new",
                "--no-sandbox",
                "--disable-dev-shm-usage",
                "--disable-gpu",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
            ],
        }
        wanted = {"capabilities": {"alwaysMatch": {"goog:chromeOptions": options}}}
        data = json.dumps(wanted).encode()
        request = urllib.request.Request(f"{url}/session", data, {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=60) as answer:
            session = json.load(answer)["value"]["sessionId"]
        opened = Browser(f"{url}/session/{session}")
        opened.wait_for_scripts(60)
        try:
            yield opened
        finally:
            opened.quit()
    finally:
        program.kill()
        program.wait()


def is_ready(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/status", timeout=TIMEOUT) as answer:
            return json.load(answer)["value"]["ready"]
    except urllib.error.URLError:
        return False
