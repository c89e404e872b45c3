//! The addresses, the secrets and the commands that `mintage dev` prints.

use super::files::{DATABASE, LOG, SECRETS};
use super::secrets::Secrets;
use crate::stack::Stack;
use crate::steps::catalog::{BOUGHT_KEY_TYPE, KEY_TYPES};
use crate::steps::context::{BUYER, PRODUCT, TENANT};

/// The text that is printed when everything is ready.
pub(super) fn text(stack: &Stack, secrets: &Secrets) -> String {
    let server = &stack.server_url;
    let key_types: Vec<_> = KEY_TYPES.iter().map(|key_type| key_type.id).collect();
    let key_types = key_types.join(", ");
    format!(
        "\
Mintage is ready. Ctrl-C stops it. Its data stays in {DATABASE} and {SECRETS}.

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

Open a checkout, and pay at the returned URL with the card 4242 4242 4242 4242:

  curl -X POST {server}/api/{TENANT}/checkout \\
    -H 'Authorization: Bearer {checkout_key}' \\
    -H 'Content-Type: application/json' \\
    -d '{{\"product_id\": \"{PRODUCT}\", \"key_type_id\": \"{BOUGHT_KEY_TYPE}\",
         \"cancel_url\": \"https://example.com/pricing\", \"customer_email\": \"{BUYER}\"}}'

After the payment, the browser is at the thank-you page of the server, which shows the license key.

List the licenses:

  curl {server}/v1/licenses -H 'Authorization: Bearer {token}'

Create a tenant of your own, in this directory (the master key is in {DATABASE}.key):

  DATABASE_URL=sqlite://{DATABASE} mintage tenant create --tenant my-shop --email me@example.com

Deliveries to the receiver:",
        stripe = stack.simulator.api_url(),
        receiver = stack.receiver.url(),
        token = secrets.management_token,
        checkout_key = secrets.checkout_key,
        api_key = secrets.api_key.id,
        api_secret = secrets.api_key.secret,
        signing_secret = secrets.signing_secret,
    )
}
