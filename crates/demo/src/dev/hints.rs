//! The addresses, the secrets and the commands that `mintage dev` prints.

use super::files::{Files, LOG};
use super::secrets::Secrets;
use crate::stack::Stack;
use crate::steps::catalog::{BOUGHT_KEY_TYPE, KEY_TYPES};
use crate::steps::context::{BUYER, PRODUCT, TENANT};

/// The text that is printed when everything is ready.
pub(super) fn text(stack: &Stack, secrets: &Secrets, files: &Files) -> String {
    let (place, create) = database(files);
    let server = &stack.server_url;
    let key_types: Vec<_> = KEY_TYPES.iter().map(|key_type| key_type.id).collect();
    let key_types = key_types.join(", ");
    format!(
        "\
Mintage is ready. Ctrl-C stops it. Its data stays in {place} and {secrets_file}.

server            {server}
Stripe            {stripe} (simulated; its data is lost when it stops)
receiver          {receiver}
log               {LOG}

tenant            {TENANT}, connected in sandbox mode
product           {PRODUCT}, with the key types {key_types}
management token  {token}
checkout key      {checkout_key}
API key           {api_key}
API secret        {api_secret}
webhook secret    {signing_secret}
control token     {control_token} (for calls of /_sim at the simulated Stripe)

Open a checkout, and pay at the returned URL with the card 4242 4242 4242 4242:

  curl -X POST {server}/api/{TENANT}/checkout \\
    -H 'Authorization: Bearer {checkout_key}' \\
    -H 'Content-Type: application/json' \\
    -d '{{\"product_id\": \"{PRODUCT}\", \"key_type_id\": \"{BOUGHT_KEY_TYPE}\",
         \"cancel_url\": \"https://example.com/pricing\", \"customer_email\": \"{BUYER}\"}}'

After the payment, the browser is at the thank-you page of the server, which shows the license key.

List the licenses:

  curl {server}/v1/licenses -H 'Authorization: Bearer {token}'

{create}

Deliveries to the receiver:",
        secrets_file = files.secrets.display(),
        stripe = stack.simulator.api_url(),
        receiver = stack.receiver.url(),
        token = secrets.management_token,
        checkout_key = secrets.checkout_key,
        api_key = secrets.api_key.id,
        api_secret = secrets.api_key.secret,
        signing_secret = secrets.signing_secret,
        control_token = stack.simulator.control_token(),
    )
}

/// Where the database is, and how to create a tenant in it. The URL of a database that is no file may have
/// a password, so that it is not printed.
fn database(files: &Files) -> (String, String) {
    let Some(path) = &files.database else {
        let create = "Create a tenant of your own by `mintage tenant create`, with the same \
                      DATABASE_URL and master key.";
        return ("the database".to_owned(), create.to_owned());
    };
    let path = path.display();
    let create = format!(
        "Create a tenant of your own, in this directory (the master key is in {path}.key):\n\n  \
         DATABASE_URL=sqlite://{path} mintage tenant create --tenant my-shop --email \
         me@example.com"
    );
    (path.to_string(), create)
}
