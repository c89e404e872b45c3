//! Messages that the server does not accept.

use mintage_domain::ports::MailError;

use crate::contracts::mail::harness::MailHarness;
use crate::contracts::mail::message::{KEY, message};
use crate::loopback::smtp::Manner;

/// A recipient who does not exist is refused for good: sending again cannot succeed.
pub fn a_permanent_refusal_is_reported_as_refused(harness: &dyn MailHarness) {
    harness.be(Manner::RefusingReaders);
    let error = harness.mail().send(&message(1, "Pixel"));
    assert!(matches!(error, Err(MailError::Refused(_))), "{error:?}");
    assert_eq!(harness.arrived(), []);
}

/// Every other failure is worth trying again: the server comes back, the operator corrects the login or
/// the relay, and a filter changes.
pub fn what_may_yet_be_taken_is_worth_trying_again(harness: &dyn MailHarness) {
    for manner in [
        Manner::RefusingSenders,
        Manner::RefusingRelay,
        Manner::RefusingContent,
        Manner::Busy,
        Manner::Closed,
        Manner::HangingUp,
    ] {
        harness.be(manner);
        let error = harness.mail().send(&message(1, "Pixel")).expect_err("no");
        assert!(
            matches!(error, MailError::Unavailable(_)),
            "{manner:?}: {error}"
        );
    }
    assert_eq!(harness.arrived(), []);
}

/// A failure does not keep a sender from sending the next message.
pub fn a_server_that_is_back_takes_what_it_did_not(harness: &dyn MailHarness) {
    let sent = message(1, "Pixel");
    for manner in [Manner::HangingUp, Manner::RefusingContent, Manner::Closed] {
        harness.be(manner);
        harness.mail().send(&sent).expect_err("not now");
        harness.be(Manner::Taking);
        harness
            .mail()
            .send(&sent)
            .expect("the server accepts the message");
    }
    assert_eq!(harness.arrived().len(), 3);
}

/// No error contains the message, whatever the server replies: errors are logged and displayed.
pub fn an_error_repeats_nothing_of_the_message(harness: &dyn MailHarness) {
    for manner in [
        Manner::RefusingReaders,
        Manner::RefusingRelay,
        Manner::RefusingContent,
        Manner::RefusingSenders,
        Manner::Busy,
        Manner::Closed,
        Manner::HangingUp,
    ] {
        harness.be(manner);
        let message = message(1, "Pixel");
        let error = harness.mail().send(&message).expect_err("no");
        let text = format!("{error} {error:?} {message:?}");
        assert!(!text.contains(KEY), "{manner:?}: {text}");
        assert!(text.chars().count() < 1000, "it is short");
    }
}
