//! Mail that the server does not take.

use mintage_domain::ports::MailError;

use crate::contracts::mail::harness::MailHarness;
use crate::contracts::mail::message::{KEY, message};
use crate::loopback::smtp::Manner;

/// A reader who is unknown, and a message that is not wanted, are refused: trying again is of no
/// use.
pub fn what_is_refused_for_good_is_told_as_refused(harness: &dyn MailHarness) {
    for manner in [Manner::RefusingReaders, Manner::RefusingContent] {
        harness.be(manner);
        let error = harness
            .mail()
            .send(&message(1, "Pixel"))
            .expect_err("refused");
        assert!(
            matches!(error, MailError::Refused(_)),
            "{manner:?}: {error}"
        );
    }
    assert_eq!(harness.arrived(), []);
}

/// Everything that says nothing of the message or its reader is worth trying again: the server
/// will be back, and a sender that is not let in will be set up right.
pub fn what_may_yet_be_taken_is_worth_trying_again(harness: &dyn MailHarness) {
    for manner in [
        Manner::RefusingSenders,
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

/// A failure leaves nothing behind that would keep the next message from being sent.
pub fn a_server_that_is_back_takes_what_it_did_not(harness: &dyn MailHarness) {
    let sent = message(1, "Pixel");
    for manner in [Manner::HangingUp, Manner::RefusingContent, Manner::Closed] {
        harness.be(manner);
        harness.mail().send(&sent).expect_err("not now");
        harness.be(Manner::Taking);
        harness.mail().send(&sent).expect("the server takes it");
    }
    assert_eq!(harness.arrived().len(), 3);
}

/// Whatever a server answers, no error repeats the message: it is written down and shown.
pub fn an_error_repeats_nothing_of_the_message(harness: &dyn MailHarness) {
    for manner in [
        Manner::RefusingReaders,
        Manner::RefusingContent,
        Manner::RefusingSenders,
        Manner::Busy,
        Manner::Closed,
        Manner::HangingUp,
    ] {
        harness.be(manner);
        let message = message(1, "Pixel");
        let error = harness.mail().send(&message).expect_err("no");
        let told = format!("{error} {error:?} {message:?}");
        assert!(!told.contains(KEY), "{manner:?}: {told}");
        assert!(told.chars().count() < 1000, "it is short");
    }
}
