//! What the doctor finds: each mistake by the name of its check, with the mend.

use std::fs;
use std::net::TcpListener;
use std::thread;

use serde_json::{Value, json};

use crate::harness::rewriter::{Rewrite, rewriting};
use crate::harness::{Manner, Receiver, Stage};

type Settings<'a> = &'a [(&'static str, &'a str)];

/// A mistake in the settings: the check that finds it, and what its finding and its mend say.
type Mistake<'a> = (Settings<'a>, &'static str, &'static [&'static str]);

const NO_LIVE: [(&str, &str); 3] = [
    ("STRIPE_CONNECT_CLIENT_ID", ""),
    ("STRIPE_SECRET_KEY", ""),
    ("STRIPE_CONNECT_WEBHOOK_SECRET", ""),
];

#[test]
fn a_sound_server_has_no_failure_and_a_missing_mail_server_is_a_warning() {
    let stage = Stage::new();
    let sound = stage.doctor(&[], &[]);
    assert_eq!(sound.checks("failed"), [""; 0]);
    assert_eq!(sound.checks("warning"), ["public-url", "mail"]);
    assert!(sound.warning("mail").contains("MINTAGE_SMTP_URL"));
    for check in [
        "configuration",
        "database",
        "schema",
        "master-key",
        "stripe-key",
        "redirect-uri",
        "webhook-endpoint",
        "webhook-secret",
        "clock",
        "parked-events",
    ] {
        sound.found(check, "ok");
    }
    let down = [
        ("MINTAGE_SMTP_URL", "smtp://u:sesame@127.0.0.1:1"),
        ("MINTAGE_MAIL_FROM", "a@b.test"),
    ];
    let down = stage.doctor(&down, &[]);
    assert_eq!(down.checks("failed"), [""; 0]);
    assert!(down.warning("mail").contains("127.0.0.1:1"));
}

const KEYS: [Mistake<'_>; 8] = [
    (
        &[("STRIPE_SECRET_KEY", "sk_test_sesame")],
        "test-key-in-live",
        &["STRIPE_SECRET_KEY", "Copy the secret key, sk_live_..."],
    ),
    (
        &[("STRIPE_SANDBOX_SECRET_KEY", "sk_live_sesame")],
        "live-key-in-sandbox",
        &[
            "STRIPE_SANDBOX_SECRET_KEY",
            "Copy the secret key, sk_test_...",
        ],
    ),
    (
        &[("STRIPE_SECRET_KEY", "pk_live_sesame")],
        "publishable-key",
        &["STRIPE_SECRET_KEY", "the secret one"],
    ),
    (
        &[("STRIPE_CONNECT_CLIENT_ID", "sk_live_sesame")],
        "secret-key-exposed",
        &["STRIPE_CONNECT_CLIENT_ID", "roll it"],
    ),
    (
        &[("STRIPE_SANDBOX_SECRET_KEY", "sk_test_sesame")],
        "stripe-key",
        &[
            "sandbox |",
            "does not accept",
            "into STRIPE_SANDBOX_SECRET_KEY",
        ],
    ),
    (
        &[("STRIPE_CONNECT_CLIENT_ID", "ca_unknown")],
        "client-id",
        &[
            "live |",
            "does not know the client id",
            "into STRIPE_CONNECT_CLIENT_ID",
        ],
    ),
    (
        &[("STRIPE_CONNECT_CLIENT_ID", "ca_SimTest")],
        "client-id",
        &["both modes", "Copy the client id of each mode"],
    ),
    (
        &[("STRIPE_SANDBOX_CONNECT_WEBHOOK_SECRET", "")],
        "webhook-secret",
        &["sandbox |", "Set STRIPE_SANDBOX_CONNECT_WEBHOOK_SECRET"],
    ),
];

const SERVER: [Mistake<'_>; 7] = [
    (
        &[("MINTAGE_FEE_BPSS", "10")],
        "configuration",
        &["did you mean MINTAGE_FEE_BPS?", "Correct MINTAGE_FEE_BPSS"],
    ),
    (
        &[("STRIPE_CONNECT_WEBHOOK_SECRET", "")],
        "configuration",
        &[
            "must be set in live mode",
            "Correct STRIPE_CONNECT_WEBHOOK_SECRET",
        ],
    ),
    (
        &[("DATABASE_URL", "sqlite://nowhere/mintage.db")],
        "database",
        &["there is no database", "compare the host"],
    ),
    (
        &[("DATABASE_URL", "mysql://u:sesame@h/d")],
        "database",
        &["Correct DATABASE_URL"],
    ),
    (
        &[(
            "MINTAGE_MASTER_KEY",
            "k1:5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e",
        )],
        "master-key",
        &["`k1` is not the one that sealed", "Set the master key"],
    ),
    (
        &[("MINTAGE_PUBLIC_URL", "http://127.0.0.1:9")],
        "redirect-uri",
        &["http://127.0.0.1:9/stripe/callback", "add exactly"],
    ),
    (
        &[("MINTAGE_PUBLIC_URL", "http://127.0.0.1:9")],
        "webhook-endpoint",
        &[
            "there is no webhook endpoint",
            "for events on connected accounts",
        ],
    ),
];

#[test]
fn each_seeded_mistake_in_the_settings_is_found_by_its_check_with_the_mend() {
    let stage = Stage::new();
    stage.tenant("acme", mintage_domain::model::sellers::tenant::Plan::Pro);
    for (settings, check, says) in KEYS.into_iter().chain(SERVER) {
        let told = stage.doctor(settings, &[]).failure(check);
        for text in says {
            assert!(told.contains(text), "{settings:?}: {text}: {told}");
        }
    }
    let both = [
        ("STRIPE_SECRET_KEY", "sk_test_sesame"),
        ("STRIPE_SANDBOX_SECRET_KEY", "pk_test_sesame"),
    ];
    let found = stage.doctor(&both, &[]);
    let all = ["test-key-in-live", "publishable-key", "configuration"];
    assert_eq!(found.checks("failed"), all, "all at once");
    found.found("database", "ok");

    let public = ("MINTAGE_PUBLIC_URL", "https://licenses.example");
    let told = stage.doctor(&[&[public][..], &NO_LIVE].concat(), &[]);
    assert!(told.warning("test-mode-only").contains("STRIPE-SETUP.md"));
}

/// A list with one endpoint of both modes, as Stripe would answer it.
fn endpoints(stage: &Stage, status: &str, events: &Value, application: &Value) -> Value {
    let url = stage.api.url("/api/stripe/webhook/connect");
    json!({
        "object": "list", "has_more": false, "url": "/v1/webhook_endpoints",
        "data": [{
            "id": "we_1", "object": "webhook_endpoint", "url": url, "status": status,
            "enabled_events": events, "application": application,
        }],
    })
}

#[test]
fn an_endpoint_that_does_not_do_what_is_needed_is_found_and_missing_events_are_named() {
    let stage = Stage::new();
    let (all, own) = (json!(["*"]), json!("ca_SimTest"));
    let few = json!(["checkout.session.completed", "refund.updated"]);
    let asked = |body: Value| {
        let path = "/v1/webhook_endpoints";
        let rewrite = Rewrite {
            path,
            body: Some(body),
            date: None,
        };
        let url = rewriting(stage.stripe, rewrite);
        stage.doctor(&[&[("STRIPE_API_URL", &*url)][..], &NO_LIVE].concat(), &[])
    };
    let disabled = asked(endpoints(&stage, "disabled", &all, &own));
    let told = disabled.failure("webhook-endpoint");
    assert!(
        told.contains("is disabled") && told.contains("mintage reconcile"),
        "{told}"
    );

    let lacking = asked(endpoints(&stage, "enabled", &few, &own));
    let told = lacking.failure("webhook-events");
    for event in [
        "invoice.paid",
        "charge.dispute.created",
        "account.application.deauthorized",
    ] {
        assert!(told.contains(event), "{event}: {told}");
    }
    assert!(!told.contains("checkout.session.completed") && told.contains("select these events"));

    let of_platform = asked(endpoints(&stage, "enabled", &all, &Value::Null));
    let told = of_platform.warning("webhook-endpoint");
    assert!(told.contains("for events on connected accounts"), "{told}");
    let of_other = asked(endpoints(&stage, "enabled", &all, &json!("ca_SimLive")));
    assert!(of_other.warning("client-id").contains("ca_SimLive"));
    let good = asked(endpoints(&stage, "enabled", &all, &own));
    assert_eq!(good.checks("failed"), [""; 0]);
}

#[test]
fn a_clock_that_differs_is_found_by_the_date_of_stripes_answer() {
    let stage = Stage::new();
    let date = Some("Thu, 01 Jan 2026 00:00:00 GMT");
    let rewrite = Rewrite {
        path: "/v1/account",
        body: None,
        date,
    };
    let url = rewriting(stage.stripe, rewrite);
    let told = stage
        .doctor(&[("STRIPE_API_URL", &url)], &[])
        .failure("clock");
    assert!(
        told.contains("ahead of Stripe's") && told.contains("chrony"),
        "{told}"
    );
}

#[test]
fn an_older_schema_is_told_from_a_database_that_does_not_answer() {
    let mut stage = Stage::new();
    stage.stop();
    fs::write(stage.path("empty.db"), "").expect("a file");
    let url = format!("sqlite://{}", stage.path("empty.db").display());
    let old = stage.doctor(&[("DATABASE_URL", &url)], &[]);
    old.found("database", "ok");
    let told = old.failure("schema");
    assert!(
        told.contains("older than this version") && told.contains("mintage migrate"),
        "{told}"
    );
    assert_eq!(
        fs::read(stage.path("empty.db")).expect("a file"),
        b"",
        "nothing is written"
    );
}

#[test]
fn a_database_that_never_answers_is_found_in_one_document() {
    let stage = Stage::new();
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    thread::spawn(move || {
        let held: Vec<_> = listener.incoming().flatten().collect();
        drop(held);
    });
    let url = format!("postgres://u:sesame@{address}/d");
    let key = "k1:5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e";
    let silent = [("DATABASE_URL", &*url), ("MINTAGE_MASTER_KEY", key)];
    let found = stage.doctor(&silent, &[]);
    assert_eq!(found.checks("failed"), ["database"]);
    assert!(found.failure("database").contains("Start the database"));
    found.found("stripe-key", "ok");
}

#[test]
fn a_configuration_file_that_cannot_be_used_is_one_document() {
    let stage = Stage::new();
    let file = stage.path("broken.toml");
    let path = file.to_str().expect("a path").to_owned();
    for (text, says) in [
        (None, "No such file"),
        (Some("stripe_secret_key = sesame"), "is not valid TOML"),
        (Some("mintage_listne = 'x'"), "did you mean MINTAGE_LISTEN?"),
    ] {
        if let Some(text) = text {
            fs::write(&file, text).expect("a file");
        }
        let found = stage.doctor(&[], &["--config", &path]);
        assert_eq!(found.checks("failed"), ["configuration"]);
        let told = found.failure("configuration");
        assert!(
            told.contains(says) && told.contains("Correct mintage.toml"),
            "{told}"
        );
    }
    fs::remove_file(&file).expect("the file");
    fs::create_dir(&file).expect("a directory");
    let found = stage.doctor(&[], &["--config", &path]);
    assert_eq!(
        found.checks("failed"),
        ["configuration"],
        "a file that cannot be read"
    );
}

#[test]
fn a_secret_in_a_page_of_a_shop_is_found_and_a_publishable_key_is_none() {
    let stage = Stage::new();
    let page = Receiver::start();
    let url = page.url();
    let shown = |body: &'static str| {
        page.answer(Manner::Raw(body));
        stage.doctor(&[], &["--page", &url])
    };
    let exposed = shown(
        "HTTP/1.1 200 OK\r\nContent-Length: 33\r\nConnection: close\r\n\r\n\
         Stripe('sk_live_sesame0123456789')",
    );
    let told = exposed.failure("secret-key-exposed");
    assert!(told.contains(&url) && told.contains("Roll it"), "{told}");
    let sound = shown(
        "HTTP/1.1 200 OK\r\nContent-Length: 30\r\nConnection: close\r\n\r\n\
         Stripe('pk_live_0123456789ab')",
    );
    assert_eq!(sound.checks("failed"), [""; 0]);
    sound.found("secret-key-exposed", "ok");
    let away = shown("HTTP/1.1 404 No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    assert!(away.warning("secret-key-exposed").contains("404"));
}

#[test]
fn the_doctor_sends_stripe_nothing_but_reads() {
    let stage = Stage::new();
    let mut seller = crate::harness::Seller::new(&stage, "acme");
    seller.connect("sandbox");
    let asked = Receiver::start();
    let before = (seller.snapshot(), stage.audit("acme", "acme"));
    stage.doctor(
        &[(
            "STRIPE_CONNECT_URL",
            &asked.url().replace("/hooks?of=acme", ""),
        )],
        &[],
    );
    assert_eq!((seller.snapshot(), stage.audit("acme", "acme")), before);
    let requests = asked.received();
    assert_eq!(requests.len(), 2, "the consent page of each mode");
    for request in requests {
        assert!(
            request.first.starts_with("GET /oauth/authorize?"),
            "{}",
            request.first
        );
        assert_eq!(
            request.header("authorization"),
            None,
            "no key is sent to a page"
        );
    }
}
