//! What does not arrive.

use mintage_domain::ports::MailError;

use super::{KEY, Manner, Post, message};

/// A reader who is unknown, and a message that is not wanted, are refused: trying again is of no
/// use.
pub fn what_is_refused_for_good_is_told_as_refused(post: &dyn Post) {
    for manner in [Manner::RefusingReaders, Manner::RefusingContent] {
        post.be(manner);
        let error = post.mail().send(&message(1, "Pixel")).expect_err("refused");
        assert!(
            matches!(error, MailError::Refused(_)),
            "{manner:?}: {error}"
        );
    }
    assert_eq!(post.arrived(), []);
}

/// Everything that says nothing of the message or its reader is worth trying again: the server
/// will be back, and a sender that is not let in will be set up right.
pub fn what_may_yet_be_taken_is_worth_trying_again(post: &dyn Post) {
    for manner in [
        Manner::RefusingSenders,
        Manner::Busy,
        Manner::Closed,
        Manner::HangingUp,
    ] {
        post.be(manner);
        let error = post.mail().send(&message(1, "Pixel")).expect_err("no");
        assert!(
            matches!(error, MailError::Unavailable(_)),
            "{manner:?}: {error}"
        );
    }
    assert_eq!(post.arrived(), []);
}

/// A failure leaves nothing behind that would keep the next message from being sent.
pub fn a_server_that_is_back_takes_what_it_did_not(post: &dyn Post) {
    let sent = message(1, "Pixel");
    for manner in [Manner::HangingUp, Manner::RefusingContent, Manner::Closed] {
        post.be(manner);
        post.mail().send(&sent).expect_err("not now");
        post.be(Manner::Taking);
        post.mail().send(&sent).expect("the server takes it");
    }
    assert_eq!(post.arrived().len(), 3);
}

/// Whatever a server answers, no error repeats the message: it is written down and shown.
pub fn an_error_repeats_nothing_of_the_message(post: &dyn Post) {
    for manner in [
        Manner::RefusingReaders,
        Manner::RefusingContent,
        Manner::RefusingSenders,
        Manner::Busy,
        Manner::Closed,
        Manner::HangingUp,
    ] {
        post.be(manner);
        let message = message(1, "Pixel");
        let error = post.mail().send(&message).expect_err("no");
        let told = format!("{error} {error:?} {message:?}");
        assert!(!told.contains(KEY), "{manner:?}: {told}");
        assert!(told.chars().count() < 1000, "it is short");
    }
}
