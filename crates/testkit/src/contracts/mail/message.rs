//! The message that the cases send.

use mintage_domain::base::email::Email;
use mintage_domain::base::id::MailId;
use mintage_domain::base::secret::Secret;
use mintage_domain::ports::Message;

/// The license key in every message, which no error may contain.
pub(super) const KEY: &str = "PIXL-4B2K-9XJP-T8WM-Q3VZ";

/// A message whose id has this number and whose text has this name.
pub(super) fn message(number: u8, name: &str) -> Message {
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
