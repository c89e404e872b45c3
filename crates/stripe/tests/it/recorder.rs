//! An `Http` that goes nowhere.

use std::sync::{Arc, Mutex};

use mintage_domain::mode::Mode;
use mintage_domain::ports::{Http, HttpError, HttpRequest, HttpResponse};
use mintage_domain::secret::Secret;
use mintage_domain::web_url::WebUrl;
use mintage_stripe::{ModeConfig, StripeClient, StripeConfig};

/// Answers everything alike, and keeps what was asked.
pub(crate) struct Recorder {
    answer: Result<HttpResponse, HttpError>,
    asked: Mutex<Vec<HttpRequest>>,
}

impl Recorder {
    pub(crate) fn answering(status: u16, body: &str) -> Arc<Self> {
        Self::with(Ok(HttpResponse {
            status,
            headers: Vec::new(),
            body: body.as_bytes().to_vec(),
        }))
    }

    pub(crate) fn with(answer: Result<HttpResponse, HttpError>) -> Arc<Self> {
        Arc::new(Self {
            answer,
            asked: Mutex::default(),
        })
    }

    /// A client that is set up in these modes and sends here.
    pub(crate) fn client(self: &Arc<Self>, modes: &[Mode]) -> StripeClient {
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
        StripeClient::new(Arc::<Self>::clone(self), config)
    }

    pub(crate) fn heard_nothing(&self) -> bool {
        self.asked.lock().expect("a lock").is_empty()
    }

    /// The only request.
    pub(crate) fn asked(&self) -> HttpRequest {
        let asked = self.asked.lock().expect("a lock");
        assert_eq!(asked.len(), 1, "{asked:?}");
        asked[0].clone()
    }
}

impl Http for Recorder {
    fn send(&self, request: &HttpRequest) -> Result<HttpResponse, HttpError> {
        self.asked.lock().expect("a lock").push(request.clone());
        self.answer.clone()
    }
}

pub(crate) fn header<'a>(request: &'a HttpRequest, name: &str) -> Option<&'a str> {
    let (_, value) = request.headers.iter().find(|(known, _)| *known == name)?;
    Some(value)
}

pub(crate) fn body(request: &HttpRequest) -> String {
    String::from_utf8(request.body.clone()).expect("a form")
}
