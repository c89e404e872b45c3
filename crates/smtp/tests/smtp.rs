//! The sender against a server on loopback: the port's contract, then what is this sender's own.

#![expect(clippy::unwrap_used, reason = "a test may fail loudly")]

use std::net::TcpListener;
use std::time::{Duration, Instant};

use mintage_domain::base::email::Email;
use mintage_domain::base::id::MailId;
use mintage_domain::base::secret::Secret;
use mintage_domain::model::outbox::mail::Mailbox;
use mintage_domain::ports::{Mail, MailError, Message};
use mintage_smtp::{SmtpMail, SmtpServer};
use mintage_testkit::LoopbackSmtp;
use mintage_testkit::contracts::mail::MailHarness;
use mintage_testkit::loopback::smtp::{Arrived, Manner, Received};

const PATIENCE: Duration = Duration::from_secs(20);

fn sender(url: &str) -> SmtpMail {
    let from = Mailbox::parse("\"Acme, Größe\" <licenses@acme.test>").unwrap();
    let server = SmtpServer::parse(url).unwrap();
    SmtpMail::new(server, &from).unwrap().patience(PATIENCE)
}

fn url(server: &LoopbackSmtp) -> String {
    format!("smtp://{}", server.address())
}

fn message(to: &str, subject: &str) -> Message {
    Message {
        id: MailId::parse("eml_7").unwrap(),
        to: Email::parse(to).unwrap(),
        reply_to: Email::parse("seller@acme.test").unwrap(),
        subject: subject.to_owned(),
        text: Secret::new("text"),
        html: Secret::new("<p>html</p>"),
    }
}

mod contract {
    use super::*;

    struct ByWire {
        server: LoopbackSmtp,
        mail: SmtpMail,
    }

    impl ByWire {
        fn open() -> Self {
            let server = LoopbackSmtp::start();
            let mail = sender(&url(&server));
            Self { server, mail }
        }
    }

    impl MailHarness for ByWire {
        fn mail(&self) -> &dyn Mail {
            &self.mail
        }

        fn be(&self, manner: Manner) {
            self.server.be(manner);
        }

        fn arrived(&self) -> Vec<Arrived> {
            self.server.received().iter().map(Received::read).collect()
        }
    }

    mintage_testkit::mail_contract!(Box::new(ByWire::open()));
}

#[test]
fn a_message_says_where_it_comes_from_and_that_no_person_wrote_it() {
    let server = LoopbackSmtp::start();
    sender(&url(&server))
        .send(&message("buyer@example.test", "Hello"))
        .unwrap();
    let received = server.received().remove(0);
    assert_eq!(received.sender, "licenses@acme.test");
    assert_eq!(received.readers, ["buyer@example.test"]);
    assert_eq!(received.login, None);
    for (name, value) in [
        ("message-id", "<eml_7@acme.test>"),
        ("auto-submitted", "auto-generated"),
        ("mime-version", "1.0"),
    ] {
        assert_eq!(received.header(name), [value], "{name}");
    }
    let from = received.header("from").remove(0);
    assert!(from.contains("Größe"), "{from}");
    assert!(from.ends_with("<licenses@acme.test>"), "{from}");
    assert_eq!(received.header("date").len(), 1);
}

#[test]
fn a_line_break_in_a_subject_begins_no_header() {
    let server = LoopbackSmtp::start();
    for subject in ["A\r\nBcc: x@y.test", "A\nBcc: x@y.test", "A\r\n\r\nbody"] {
        sender(&url(&server))
            .send(&message("buyer@example.test", subject))
            .unwrap();
        let received = server.received().pop().unwrap();
        assert_eq!(received.header("bcc"), Vec::<String>::new(), "{subject:?}");
        assert_eq!(received.readers.len(), 1);
        assert_eq!(received.read().text, "text", "{subject:?}");
    }
}

#[test]
fn addresses_in_any_script_reach_a_server_that_takes_them() {
    let server = LoopbackSmtp::start();
    for (to, sent_to) in [
        ("élan@bücher.example", "élan@xn--bcher-kva.example"),
        (
            "\"ada lovelace\"@example.test",
            "\"ada lovelace\"@example.test",
        ),
    ] {
        sender(&url(&server)).send(&message(to, "Hello")).unwrap();
        assert_eq!(server.received().pop().unwrap().readers, [sent_to], "{to}");
    }
}

#[test]
fn a_server_without_smtputf8_takes_domains_in_any_script_and_waits_for_the_rest() {
    let server = LoopbackSmtp::start();
    server.be(Manner::AsciiOnly);
    let mail = sender(&url(&server));
    mail.send(&message("ada@bücher.example", "Hello")).unwrap();
    assert_eq!(
        server.received().remove(0).readers,
        ["ada@xn--bcher-kva.example"]
    );
    let error = mail.send(&message("élan@example.test", "Hello"));
    assert!(matches!(error, Err(MailError::Unavailable(_))), "{error:?}");
}

#[test]
fn an_odd_address_for_answers_keeps_no_mail_back() {
    let server = LoopbackSmtp::start();
    server.be(Manner::AsciiOnly);
    for (reply_to, header) in [
        ("sellér@acme.test", None),
        (
            "seller@bücher.example",
            Some("seller@xn--bcher-kva.example"),
        ),
    ] {
        let message = Message {
            reply_to: Email::parse(reply_to).unwrap(),
            ..message("buyer@example.test", "Hello")
        };
        sender(&url(&server)).send(&message).unwrap();
        let received = server.received().pop().unwrap();
        let headers: Vec<String> = header.into_iter().map(str::to_owned).collect();
        assert_eq!(received.header("reply-to"), headers, "{reply_to}");
    }
}

#[test]
fn who_has_a_login_uses_it_and_a_wrong_one_is_worth_trying_again() {
    let server = LoopbackSmtp::with_login("acme", "p@ss:word");
    let address = server.address();
    let right = sender(&format!("smtp://acme:p%40ss%3Aword@{address}"));
    right.send(&message("buyer@example.test", "Hello")).unwrap();
    let login = Some(("acme".to_owned(), "p@ss:word".to_owned()));
    assert_eq!(server.received().remove(0).login, login);
    for (wrong, code) in [
        (format!("smtp://acme:opensesame@{address}"), "535 5.7.8"),
        (url(&server), "530 5.7.0"),
    ] {
        let sent = sender(&wrong).send(&message("buyer@example.test", "Hello"));
        assert_eq!(sent, Err(MailError::Unavailable(code.to_owned())));
    }
    assert_eq!(server.received().len(), 1);
}

#[test]
fn without_the_encryption_that_is_required_nothing_is_said() {
    let server = LoopbackSmtp::with_login("acme", "sesame");
    let address = server.address();
    for (scheme, ending) in [("smtp", "?tls=required"), ("smtps", "")] {
        let mail = sender(&format!("{scheme}://acme:sesame@{address}{ending}"));
        let mail = mail.patience(Duration::from_millis(500));
        let sent = mail.send(&message("buyer@example.test", "Hello"));
        assert!(matches!(sent, Err(MailError::Unavailable(_))), "{sent:?}");
    }
    assert_eq!(server.received(), []);
}

#[test]
fn a_server_that_is_not_there_or_says_nothing_is_worth_trying_again() {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let gone = TcpListener::bind("127.0.0.1:0").unwrap();
    let [silent_at, gone_at] = [&silent, &gone].map(|it| it.local_addr().unwrap());
    drop(gone);
    for (address, why) in [
        (silent_at, "it did not answer in time"),
        (gone_at, "it could not be reached"),
    ] {
        let mail = sender(&format!("smtp://{address}")).patience(Duration::from_millis(300));
        let begun = Instant::now();
        let sent = mail.send(&message("buyer@example.test", "Hello"));
        assert_eq!(sent, Err(MailError::Unavailable(why.to_owned())));
        assert!(begun.elapsed() < Duration::from_secs(5));
    }
}
