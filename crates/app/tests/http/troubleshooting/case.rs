//! A problem that is caused on a server of its own, and the row of the page about it.

use std::fs;
use std::net::{Ipv4Addr, TcpListener};
use std::path::Path;

use serde_json::Value;

use crate::harness::process::Apart;
use crate::harness::wire::Peer;
use crate::harness::{Answer, Request, Seller, Stage, eventually, page as html};

/// The page.
pub(super) fn page() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/TROUBLESHOOTING.md");
    fs::read_to_string(path).expect("the page")
}

/// What the page says about a problem, in one line.
pub(super) struct Row(String);

impl Row {
    pub(super) fn of(name: &str) -> Self {
        let page = page();
        let (_, rest) = page
            .split_once(&format!("\n### {name}: "))
            .unwrap_or_else(|| panic!("{name} is not on the page"));
        let row = rest.split("\n### ").next().unwrap_or_default();
        Self(row.split_whitespace().collect::<Vec<_>>().join(" "))
    }

    /// The row has this text.
    pub(super) fn says(&self, text: &str) {
        assert!(
            self.0.contains(text),
            "the row does not say {text}: {}",
            self.0
        );
    }

    /// What the caller got is what the row says: status, code and sentence. Of an error page the same is read.
    pub(super) fn caller_sees(&self, answer: &Answer, status: u16, code: &str) {
        let is_page = answer.header("content-type") == Some("text/html; charset=utf-8");
        let (seen, said) = if is_page {
            let seen = html::element(answer.text(), "error-code").unwrap_or_default();
            (seen, String::new())
        } else {
            let said = answer.json()["error"]["message"].clone();
            (
                answer.error().1,
                said.as_str().expect("a sentence").to_owned(),
            )
        };
        assert_eq!((answer.status, &*seen), (status, code), "{}", answer.text());
        self.says(&format!("{status} `{code}`"));
        self.says(&said);
    }
}

/// A seller `acme` on a server that is a process, which logs and counts.
pub(super) struct Case {
    pub(super) stage: Stage,
    pub(super) seller: Seller,
    pub(super) row: Row,
    server: Apart,
    metrics: Peer,
}

impl Case {
    /// A seller on the plan Pro.
    pub(super) fn new(name: &str, other: &[(&'static str, &str)]) -> Self {
        Self::on_plan(name, "pro", other)
    }

    pub(super) fn on_plan(name: &str, plan: &str, other: &[(&'static str, &str)]) -> Self {
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).and_then(|it| it.local_addr());
        let metrics = port.expect("a free port");
        let listen = metrics.to_string();
        let mut settings = vec![("MINTAGE_METRICS_LISTEN", listen.as_str())];
        settings.extend(other);
        let mut stage = Stage::with(&settings);
        let server = stage.serve_apart();
        let create = [
            "tenant", "create", "--tenant", "acme", "--email", "a@b.test", "--plan", plan, "--json",
        ];
        let token = server.run(&create)["managementToken"].clone();
        let token = token.as_str().expect("a token").to_owned();
        Self {
            seller: Seller::of(&stage, "acme", token),
            row: Row::of(name),
            stage,
            server,
            metrics: Peer(metrics),
        }
    }

    /// A seller of the key type `lifetime` at 29 USD, in the sandbox.
    pub(super) fn selling(name: &str, other: &[(&'static str, &str)]) -> Self {
        let mut case = Self::new(name, other);
        case.seller.product("pro", "classic");
        case.seller.key_type("pro", "lifetime", Some(2_900));
        case.seller.connect("sandbox");
        case.seller.set_up_prices();
        case
    }

    /// The log has the line of a refused request, with the fields that the row names.
    pub(super) fn logs(&self, answer: &Answer) {
        let id = answer.header("x-request-id").expect("an id");
        let line = self.log_line(|line| line["request_id"] == id && line["route"].is_string());
        for field in ["route", "status", "error"] {
            self.row.says(&format!("\"{field}\":{}", line[field]));
        }
    }

    /// The log has a line with this message, which the row names.
    pub(super) fn logs_message(&self, message: &str) {
        self.row.says(message);
        self.log_line(|line| line["message"] == message);
    }

    fn log_line(&self, is_meant: impl Fn(&Value) -> bool) -> Value {
        eventually("the line in the log", || {
            let log = self.server.log();
            let lines = log.lines();
            let mut parsed = lines.filter_map(|it| serde_json::from_str::<Value>(it).ok());
            parsed.find(|line| is_meant(line))
        })
    }

    /// The metrics count this series, which the row names.
    pub(super) fn counts(&self, series: &str) {
        self.row.says(series);
        let start = format!("{series} ");
        eventually(series, || {
            let text = self
                .metrics
                .call(&Request::get("/metrics"))
                .text()
                .to_owned();
            let mut lines = text.lines();
            let value = lines.find_map(|line| line.strip_prefix(&start).map(str::to_owned));
            value.filter(|value| value != "0")
        });
    }

    /// The doctor finds the problem by this check, which the row names.
    pub(super) fn doctor_fails(&self, check: &str) -> String {
        self.row.says(&format!("`{check}`"));
        self.stage.doctor(&[], &[]).failure(check)
    }

    /// The doctor finds nothing there, as the row says.
    pub(super) fn doctor_passes(&self, check: &str) {
        self.row.says(&format!("`{check}`"));
        self.stage.doctor(&[], &[]).found(check, "ok");
    }

    pub(super) fn doctor_warns(&self, check: &str) -> String {
        self.row.says(&format!("`{check}`"));
        self.stage.doctor(&[], &[]).warning(check)
    }

    /// Runs a command beside the server, which the row names.
    pub(super) fn command(&self, arguments: &[&str]) {
        self.row.says(&format!(
            "mintage {}",
            arguments[..2.min(arguments.len())].join(" ")
        ));
        let printed = self.stage.command_text(arguments);
        printed.expect("the command works");
    }

    /// Restarts the server with other settings, and goes on without a log.
    pub(super) fn restart(self, other: &[(&'static str, &str)]) -> (Stage, Seller, Row) {
        let Self {
            mut stage,
            seller,
            row,
            server,
            ..
        } = self;
        drop(server);
        stage.restart(other);
        (stage, seller, row)
    }
}

/// A call of the seller that a row names.
pub(super) fn call(row: &Row, method: &'static str, path: &str) -> Request {
    row.says(&format!("`{method} {path}"));
    Request::new(method, path)
}
