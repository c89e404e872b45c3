use super::*;

fn mode(
    mode: Mode,
    client_id: &str,
    key: &str,
    webhook: Option<&str>,
) -> Result<ModeConfig, ConfigError> {
    ModeConfig::new(mode, client_id, Secret::new(key), webhook.map(Secret::new))
}

fn join(modes: impl IntoIterator<Item = ModeConfig>) -> Result<StripeConfig, ConfigError> {
    let url = |text| WebUrl::parse(text).expect("a URL");
    StripeConfig::new(
        &url(StripeConfig::API_URL),
        &url(StripeConfig::CONNECT_URL),
        modes,
    )
}

#[test]
fn credentials_must_fit_their_mode() {
    use ConfigError::{ClientId, SecretKey, WebhookSecret};
    use Mode::{Live, Sandbox};
    let sound = Some("whsec_abc+/=");
    for (of, client_id, key, webhook, refusal) in [
        (Sandbox, "ca_1", "sk_test_1", sound, None),
        (Sandbox, "ca_1", "rk_test_1", None, None),
        (Live, "ca_1", "sk_live_1", sound, None),
        (Live, "ca_1", "rk_live_1", None, None),
        (
            Sandbox,
            "ca_1",
            "sk_live_1",
            sound,
            Some(SecretKey(Sandbox)),
        ),
        (Live, "ca_1", "sk_test_1", sound, Some(SecretKey(Live))),
        (Live, "ca_1", "pk_live_1", sound, Some(SecretKey(Live))),
        (Live, "ca_1", "sk_live_", sound, Some(SecretKey(Live))),
        (Live, "ca_1", "sk_live_1\n", sound, Some(SecretKey(Live))),
        (Live, "ca_1", "", sound, Some(SecretKey(Live))),
        (Live, "ac_1", "sk_live_1", sound, Some(ClientId(Live))),
        (Live, "ca_", "sk_live_1", sound, Some(ClientId(Live))),
        (Live, "ca_1 ", "sk_live_1", sound, Some(ClientId(Live))),
        (
            Live,
            "ca_1",
            "sk_live_1",
            Some(""),
            Some(WebhookSecret(Live)),
        ),
        (
            Live,
            "ca_1",
            "sk_live_1",
            Some("whsec_"),
            Some(WebhookSecret(Live)),
        ),
        (
            Live,
            "ca_1",
            "sk_live_1",
            Some("abc"),
            Some(WebhookSecret(Live)),
        ),
        (
            Live,
            "ca_1",
            "sk_live_1",
            Some("whsec_a "),
            Some(WebhookSecret(Live)),
        ),
    ] {
        let made = mode(of, client_id, key, webhook);
        assert_eq!(
            made.err(),
            refusal,
            "{of} {client_id:?} {key:?} {webhook:?}"
        );
    }
}

#[test]
fn a_refusal_says_what_fits_and_not_what_was_given() {
    let refused = mode(Mode::Live, "ca_1", "sk_test_hidden", None).expect_err("wrong mode");
    assert_eq!(
        refused.to_string(),
        "the secret key of live mode must start with sk_live_ or rk_live_"
    );
    assert!(!format!("{refused:?}").contains("hidden"));
}

#[test]
fn a_configuration_prints_no_secret() {
    let sandbox = mode(
        Mode::Sandbox,
        "ca_1",
        "sk_test_hidden",
        Some("whsec_hidden"),
    );
    let config = join([sandbox.expect("sound")]).expect("sound");
    assert!(!format!("{config:?}").contains("hidden"));
}

#[test]
fn a_mode_is_set_up_once_and_with_a_webhook_secret_of_its_own() {
    let sandbox = |webhook| mode(Mode::Sandbox, "ca_1", "sk_test_1", webhook).expect("sound");
    let live = |webhook| mode(Mode::Live, "ca_2", "sk_live_1", webhook).expect("sound");
    for (modes, refusal) in [
        (vec![], None),
        (vec![sandbox(None), live(None)], None),
        (vec![sandbox(Some("whsec_1")), live(Some("whsec_2"))], None),
        (
            vec![sandbox(Some("whsec_1")), live(Some("whsec_1"))],
            Some(ConfigError::SharedWebhookSecret),
        ),
        (
            vec![live(None), live(None)],
            Some(ConfigError::Twice(Mode::Live)),
        ),
    ] {
        assert_eq!(join(modes).err(), refusal);
    }
}

#[test]
fn an_address_is_a_base_to_put_a_path_behind() {
    let url = |text| WebUrl::parse(text).expect("a URL");
    let config = StripeConfig::new(&url("http://a.test:1/x/"), &url("http://b.test"), []);
    let config = config.expect("sound");
    assert_eq!(config.api_url(), "http://a.test:1/x");
    assert_eq!(config.connect_url(), "http://b.test");
    for bad in ["http://a.test/?x=1", "http://a.test/#x"] {
        let refused = StripeConfig::new(&url(bad), &url("http://b.test"), []);
        assert_eq!(refused.err(), Some(ConfigError::Address(bad.to_owned())));
    }
}
