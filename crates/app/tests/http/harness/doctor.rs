//! `mintage doctor --json`, and what it finds.

use std::process::Output;

use serde_json::Value;

use super::process::mintage;
use super::stage::{LIVE_SECRET, SANDBOX_SECRET, Stage};

/// What the doctor has found.
pub(crate) struct Diagnosis {
    document: Value,
}

impl Stage {
    /// Runs the doctor beside the server, with other settings; an empty one is not set.
    pub(crate) fn doctor(&self, other: &[(&'static str, &str)], arguments: &[&str]) -> Diagnosis {
        Diagnosis::of(&self.run(other, &[&["doctor", "--json"], arguments].concat()))
    }

    /// Starts a server with other settings that must refuse to start; returns its complaint.
    pub(crate) fn refused_start(&self, other: &[(&'static str, &str)]) -> String {
        let output = self.run(other, &["serve"]);
        assert_eq!(output.status.code(), Some(1));
        String::from_utf8_lossy(&output.stderr).into_owned()
    }

    /// Runs a command with other settings.
    pub(crate) fn run(&self, other: &[(&'static str, &str)], arguments: &[&str]) -> Output {
        let mut settings = self.settings.clone();
        let other = other.iter();
        settings.extend(other.map(|(name, value)| (*name, (*value).to_owned())));
        let mut command = mintage(&settings, self.dir.path());
        command.args(arguments).output().expect("a process")
    }
}

impl Diagnosis {
    /// Reads what a doctor has printed: one document, which agrees with the exit code and holds no secret.
    pub(crate) fn of(output: &Output) -> Self {
        let printed = String::from_utf8(output.stdout.clone()).expect("text");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        let document: Value = serde_json::from_str(&printed)
            .unwrap_or_else(|error| panic!("{error}: {printed:?} {said:?}"));
        for secret in [
            SANDBOX_SECRET,
            LIVE_SECRET,
            "SimPlatform\"",
            "_SimPlatform",
            "sesame",
        ] {
            // The id of the platform's account is no secret, and is written like its keys.
            let shown = printed.replace("acct_SimPlatform", "");
            assert!(
                !shown.contains(secret) && !said.contains(secret),
                "{secret}: {printed}"
            );
        }
        let ok = document["ok"].as_bool().expect("a flag");
        assert_eq!(output.status.code(), Some(i32::from(!ok)), "{said}");
        let diagnosis = Self { document };
        assert_eq!(ok, diagnosis.checks("failed").is_empty());
        for check in diagnosis.all() {
            let is_wrong = check["status"] == "failed" || check["status"] == "warning";
            let mend = check["mend"].as_str().unwrap_or_default();
            assert_eq!(is_wrong, !mend.is_empty(), "{check}");
            assert!(!is_wrong || mend.ends_with('.'), "a sentence: {check}");
        }
        diagnosis
    }

    fn all(&self) -> &[Value] {
        self.document["checks"].as_array().expect("checks")
    }

    /// The names of the checks with a status, in their order.
    pub(crate) fn checks(&self, status: &str) -> Vec<&str> {
        let of_status = self.all().iter().filter(|it| it["status"] == status);
        of_status
            .map(|it| it["check"].as_str().expect("a name"))
            .collect()
    }

    /// What a check has found.
    pub(crate) fn found(&self, check: &str, status: &str) -> &Value {
        let is_it = |it: &&Value| it["check"] == check && it["status"] == status;
        let found = self.all().iter().find(is_it);
        found.unwrap_or_else(|| panic!("{check} is not {status}: {:#}", self.document))
    }

    /// What a failed check has found, and how to mend it, in one text.
    pub(crate) fn failure(&self, check: &str) -> String {
        told(self.found(check, "failed"))
    }

    /// The same for a warning.
    pub(crate) fn warning(&self, check: &str) -> String {
        told(self.found(check, "warning"))
    }
}

fn told(finding: &Value) -> String {
    let text = |name: &str| finding[name].as_str().unwrap_or_default();
    let parts = [text("mode"), text("tenant"), text("message"), text("mend")];
    parts.join(" | ")
}
