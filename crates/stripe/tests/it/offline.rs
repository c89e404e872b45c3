//! The adapter over a script: nothing is sent, and all that would be is kept.

use std::sync::Arc;

use mintage_domain::base::mode::Mode;
use mintage_domain::base::secret::Secret;
use mintage_domain::base::url::WebUrl;
use mintage_domain::ports::HttpRequest;
use mintage_stripe::{ModeConfig, StripeClient, StripeConfig};
use mintage_testkit::ScriptedHttp;

/// A client that is set up in these modes.
pub(crate) fn client(http: &Arc<ScriptedHttp>, modes: &[Mode]) -> StripeClient {
    let url = |text| WebUrl::parse(text).expect("a URL");
    let modes = modes.iter().map(|&mode| {
        let (client_id, secret_key) = match mode {
            Mode::Sandbox => ("ca_test", "sk_test_1"),
            Mode::Live => ("ca_live", "sk_live_1"),
        };
        ModeConfig::new(mode, client_id, Secret::new(secret_key), None).expect("sound")
    });
    let (api, connect) = (url("https://api.test"), url("https://connect.test"));
    let config = StripeConfig::new(&api, &connect, modes).expect("sound");
    StripeClient::new(Arc::<ScriptedHttp>::clone(http), config)
}

/// Makes one call that is answered so; returns what came of it and the only request.
pub(crate) fn call<T>(
    script: ScriptedHttp,
    call: impl FnOnce(&StripeClient) -> T,
) -> (T, HttpRequest) {
    let http = Arc::new(script);
    let result = call(&client(&http, &Mode::ALL));
    let mut sent = http.sent();
    assert_eq!(sent.len(), 1, "{sent:?}");
    (result, sent.remove(0))
}

pub(crate) fn header<'a>(request: &'a HttpRequest, name: &str) -> Option<&'a str> {
    let (_, value) = request.headers.iter().find(|(known, _)| *known == name)?;
    Some(value)
}

pub(crate) fn body(request: &HttpRequest) -> String {
    String::from_utf8(request.body.clone()).expect("a form")
}
