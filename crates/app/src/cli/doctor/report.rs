//! What the doctor has found, as lines for people or as one JSON document for programs.

use std::fmt::Display;
use std::io;

use mintage_domain::base::mode::Mode;
use mintage_domain::base::slug::TenantId;
use serde::Serialize;

use super::super::output::{CommandResult, print_json, print_line};
use super::check::Check;

/// The most findings of a check that are told one by one.
const MAX_OF_A_CHECK: usize = 50;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Status {
    Ok,
    /// What is checked is not set up.
    Off,
    /// Nothing is wrong, but the operator should know.
    Warning,
    Failed,
}

/// The result of a check.
#[derive(Serialize)]
pub(super) struct Finding {
    #[serde(serialize_with = "as_code")]
    check: Check,
    status: Status,
    mode: Option<Mode>,
    tenant: Option<String>,
    message: String,
    /// How to mend it.
    mend: Option<String>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it so")]
fn as_code<S: serde::Serializer>(check: &Check, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(check.as_str())
}

impl Finding {
    fn new(check: Check, status: Status, message: &impl Display) -> Self {
        Self {
            check,
            status,
            mode: None,
            tenant: None,
            message: message.to_string(),
            mend: None,
        }
    }

    pub(super) fn ok(check: Check, message: impl Display) -> Self {
        Self::new(check, Status::Ok, &message)
    }

    pub(super) fn off(check: Check, message: impl Display) -> Self {
        Self::new(check, Status::Off, &message)
    }

    pub(super) fn warning(check: Check, message: impl Display, mend: impl Display) -> Self {
        let mend = Some(mend.to_string());
        Self {
            mend,
            ..Self::new(check, Status::Warning, &message)
        }
    }

    pub(super) fn failed(check: Check, message: impl Display, mend: impl Display) -> Self {
        Self {
            status: Status::Failed,
            ..Self::warning(check, message, mend)
        }
    }

    pub(super) fn in_mode(self, mode: Mode) -> Self {
        Self {
            mode: Some(mode),
            ..self
        }
    }

    pub(super) fn of(self, tenant: &TenantId) -> Self {
        Self {
            tenant: Some(tenant.to_string()),
            ..self
        }
    }

    fn subject(&self) -> String {
        match self.mode {
            Some(mode) => format!("Stripe {mode}"),
            None => self.check.as_str().replace('-', " "),
        }
    }

    fn print(&self) -> io::Result<()> {
        let status = match self.status {
            Status::Ok => "ok   ",
            Status::Off => "off  ",
            Status::Warning => "WARN ",
            Status::Failed => "FAIL ",
        };
        let (subject, message) = (self.subject(), &self.message);
        match &self.tenant {
            Some(tenant) => print_line(format_args!("{status} {subject}: {tenant}: {message}"))?,
            None => print_line(format_args!("{status} {subject}: {message}"))?,
        }
        match &self.mend {
            Some(mend) => print_line(format_args!("      [{}] {mend}", self.check.as_str())),
            None => Ok(()),
        }
    }
}

/// The findings so far.
pub(super) struct Report {
    json: bool,
    findings: Vec<Finding>,
    failures: usize,
    warnings: usize,
    /// How many findings were counted and not told.
    omitted: usize,
    /// Whether all lines so far could be printed.
    printed: io::Result<()>,
}

/// The document of `--json`.
#[derive(Serialize)]
struct Document<'a> {
    ok: bool,
    version: &'static str,
    failures: usize,
    warnings: usize,
    omitted: usize,
    checks: &'a [Finding],
}

impl Report {
    pub(super) fn new(json: bool) -> Self {
        Self {
            json,
            findings: Vec::new(),
            failures: 0,
            warnings: 0,
            omitted: 0,
            printed: Ok(()),
        }
    }

    /// Adds a finding. Lines for people are printed at once, since later checks may take long.
    pub(super) fn add(&mut self, finding: Finding) {
        let counter = match finding.status {
            Status::Failed => Some(&mut self.failures),
            Status::Warning => Some(&mut self.warnings),
            Status::Ok | Status::Off => None,
        };
        if let Some(counter) = counter {
            *counter = counter.saturating_add(1);
        }
        let alike = |it: &&Finding| it.check == finding.check && it.status == finding.status;
        if self.findings.iter().filter(alike).count() >= MAX_OF_A_CHECK {
            self.omitted = self.omitted.saturating_add(1);
            return;
        }
        if !self.json && self.printed.is_ok() {
            self.printed = finding.print();
        }
        self.findings.push(finding);
    }

    /// Adds that a check found nothing, if it found nothing.
    pub(super) fn ok_if_clean(&mut self, check: Check, message: impl Display) {
        if !self.findings.iter().any(|it| it.check == check) {
            self.add(Finding::ok(check, message));
        }
    }

    /// Ends the report. Fails if a check failed.
    pub(super) fn end(self) -> CommandResult {
        self.printed?;
        if self.json {
            print_json(&Document {
                ok: self.failures == 0,
                version: env!("CARGO_PKG_VERSION"),
                failures: self.failures,
                warnings: self.warnings,
                omitted: self.omitted,
                checks: &self.findings,
            })?;
        } else if self.omitted > 0 {
            print_line(format_args!("      and {} more of the same", self.omitted))?;
        }
        match self.failures {
            0 => Ok(()),
            1 => Err("one check failed".into()),
            failures => Err(format!("{failures} checks failed").into()),
        }
    }
}
