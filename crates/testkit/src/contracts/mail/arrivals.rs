//! Messages that the server accepts.

use crate::contracts::mail::harness::MailHarness;
use crate::contracts::mail::message::message;
use crate::loopback::smtp::Arrived;

/// Every part of a message arrives unchanged, in any script, including lines with a meaning in
/// SMTP.
pub fn a_message_arrives_whole(harness: &dyn MailHarness) {
    let long = "x".repeat(300);
    for name in [
        "Pixel Studio",
        "Zoë's “Pixel” = 100 %",
        "数独プロ ☕",
        "بكسل",
        &long,
    ] {
        let before = harness.arrived().len();
        let sent = message(1, name);
        harness
            .mail()
            .send(&sent)
            .expect("the server accepts the message");
        let arrived = harness.arrived().split_off(before);
        let message_id = |it: &Arrived| it.message_id.clone();
        let expected = Arrived {
            message_id: arrived.first().map(message_id).unwrap_or_default(),
            to: sent.to.to_string(),
            reply_to: sent.reply_to.to_string(),
            subject: sent.subject.clone(),
            text: sent.text.expose().to_owned(),
            html: sent.html.expose().to_owned(),
        };
        assert_eq!(arrived, [expected]);
    }
}

/// The `Message-ID` follows from the id alone: every attempt at a message has the same, and another
/// message has another.
pub fn a_message_sent_twice_has_one_message_id(harness: &dyn MailHarness) {
    for (number, name) in [(1, "One"), (1, "Renamed"), (2, "One")] {
        let sent = message(number, name);
        harness
            .mail()
            .send(&sent)
            .expect("the server accepts the message");
    }
    let ids: Vec<String> = harness
        .arrived()
        .into_iter()
        .map(|it| it.message_id)
        .collect();
    assert!(ids[0].contains("eml_1"), "{ids:?}");
    assert_eq!(ids[0], ids[1]);
    assert_ne!(ids[0], ids[2]);
}
