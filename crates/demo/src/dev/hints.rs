//! What a person may do next, ready to copy.

use super::files::{DATABASE, LOG, SECRETS};
use super::secrets::Secrets;
use crate::stage::Stage;
use crate::steps::catalog::{BOUGHT, WARES};
use crate::steps::scene::{BUYER, PRODUCT, TENANT};

/// Where everything is, the secrets of the seeded tenant, and commands to begin with.
pub(super) fn text(stage: &Stage, secrets: &Secrets) -> String {
    let server = &stage.server_url;
    let key_types: Vec<_> = WARES.iter().map(|ware| ware.key_type).collect();
    let key_types = key_types.join(", ");
    format!(
        "\
Mintage is ready. Ctrl-C stops it; {DATABASE} and {SECRETS} keep what it knows.

server            {server}
Stripe            {stripe} (simulated; it forgets when it stops)
receiver          {receiver}
log               {LOG}

tenant            {TENANT}, connected in sandbox mode
product           {PRODUCT}, with the key types {key_types}
management token  {token}
checkout key      {checkout_key}
API key           {api_key}
API secret        {api_secret}
webhook secret    {signing_secret}

Open a checkout, and pay at the address it answers with the card 4242 4242 4242 4242:

  curl -X POST {server}/api/{TENANT}/checkout \\
    -H 'Authorization: Bearer {checkout_key}' \\
    -H 'Content-Type: application/json' \\
    -d '{{\"product_id\": \"{PRODUCT}\", \"key_type_id\": \"{BOUGHT}\",
         \"success_url\": \"https://example.com/thanks\",
         \"cancel_url\": \"https://example.com/pricing\", \"customer_email\": \"{BUYER}\"}}'

See the licenses:

  curl {server}/v1/licenses -H 'Authorization: Bearer {token}'

Make a tenant of your own, in this directory (the master key is in {DATABASE}.key):

  DATABASE_URL=sqlite://{DATABASE} mintage tenant create --id my-shop --email me@example.com

Deliveries to the receiver:",
        stripe = stage.simulator.api_url(),
        receiver = stage.receiver.url(),
        token = secrets.management_token,
        checkout_key = secrets.checkout_key,
        api_key = secrets.api_key.id,
        api_secret = secrets.api_key.secret,
        signing_secret = secrets.signing_secret,
    )
}
