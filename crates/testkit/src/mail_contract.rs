//! What every [`Mail`] must keep, as cases that [`mail_contract!`](crate::mail_contract!) runs at
//! a [`Post`].

pub mod arrivals;
pub mod failures;

use mintage_domain::base::email::Email;
use mintage_domain::base::id::MailId;
use mintage_domain::base::secret::Secret;
use mintage_domain::ports::{Mail, Message};

/// Holds a sender of mail to the contract of its port: one `#[test]` for each case.
///
/// The expression gives a [`Post`] behind a pointer. It is evaluated once for each case.
#[macro_export]
macro_rules! mail_contract {
    ($open:expr) => {
        $crate::contract_tests! {
            post: &*post, $open, mail_contract:
            arrivals {
                a_message_arrives_whole
                a_message_sent_twice_has_one_message_id
            }
            failures {
                what_is_refused_for_good_is_told_as_refused
                what_may_yet_be_taken_is_worth_trying_again
                a_server_that_is_back_takes_what_it_did_not
                an_error_repeats_nothing_of_the_message
            }
        }
    };
}

/// A sender of mail, and the server behind it.
pub trait Post {
    /// The sender.
    fn mail(&self) -> &dyn Mail;
    /// From now on the server is like this.
    fn be(&self, manner: Manner);
    /// What the server took, in order.
    fn arrived(&self) -> Vec<Arrived>;
}

/// How a mail server is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Manner {
    /// It takes everything.
    Taking,
    /// It knows no such reader (550).
    RefusingReaders,
    /// It wants nothing like this message (554), and says so with the message's own words.
    RefusingContent,
    /// It does not let this sender in (550 to `MAIL`).
    RefusingSenders,
    /// It has no time for this reader now (451).
    Busy,
    /// It has no time for anybody now (421 for a greeting).
    Closed,
    /// It closes the connection instead of taking the message.
    HangingUp,
}

/// A message as its reader gets it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arrived {
    /// Its `Message-ID`.
    pub message_id: String,
    /// To whom.
    pub to: String,
    /// Who reads the answer.
    pub reply_to: String,
    /// Its subject.
    pub subject: String,
    /// Its plain text.
    pub text: String,
    /// Its HTML.
    pub html: String,
}

/// What no error may repeat.
const KEY: &str = "PIXL-4B2K-9XJP-T8WM-Q3VZ";

/// A message with this id's number and a name in it.
fn message(number: u8, name: &str) -> Message {
    let address = |text| Email::parse(text).expect("an address");
    Message {
        id: MailId::parse(&format!("eml_{number}")).expect("an id"),
        to: address("buyer@example.test"),
        reply_to: address("seller@example.test"),
        subject: format!("Your license key for {name}"),
        text: Secret::new(format!(
            "Your key for {name}:\n\n    {KEY}\n\n.\n..\nFrom here on\n"
        )),
        html: Secret::new(format!("<p>Your key for {name}:</p>\n<p>{KEY}</p>\n")),
    }
}
