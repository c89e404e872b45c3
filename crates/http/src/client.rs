//! The [`Http`] port on ureq.

use std::fmt;
use std::io::Read;

use mintage_domain::ports::{Http, HttpError, HttpRequest, HttpResponse, Method};
use ureq::http::header::{AUTHORIZATION, HeaderValue, USER_AGENT};
use ureq::http::{HeaderMap, Request, Response, Uri};
use ureq::unversioned::resolver::{DefaultResolver, Resolver};
use ureq::{Agent, Body};

use crate::fault::{Marking, fault};
use crate::guard::{Guarded, Reach};

/// How a client behaves.
#[derive(Debug, Clone)]
pub struct Config {
    /// Where its requests may go.
    pub reach: Reach,
    /// How it introduces itself, as in `mintage/0.1.0`.
    pub user_agent: String,
}

/// The user agent cannot stand in a header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InvalidUserAgent;

impl fmt::Display for InvalidUserAgent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the user agent may only hold visible ASCII and spaces")
    }
}

impl std::error::Error for InvalidUserAgent {}

/// An HTTP client that keeps connections open for a while. Clones share them.
#[derive(Debug, Clone)]
pub struct HttpClient {
    agent: Agent,
    user_agent: HeaderValue,
}

impl HttpClient {
    /// A client that resolves names as the operating system does.
    pub fn new(config: Config) -> Result<Self, InvalidUserAgent> {
        Self::with_resolver(config, DefaultResolver::default())
    }

    pub(crate) fn with_resolver(
        config: Config,
        resolver: impl Resolver,
    ) -> Result<Self, InvalidUserAgent> {
        let user_agent = HeaderValue::from_str(&config.user_agent).map_err(|_| InvalidUserAgent)?;
        // A proxy from the environment would resolve names itself, behind the guard's back.
        let settings = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .proxy(None)
            .build();
        let guarded = Guarded {
            resolver,
            reach: config.reach,
        };
        let agent = Agent::with_parts(settings, Marking::default(), guarded);
        Ok(Self { agent, user_agent })
    }

    fn run(&self, request: &HttpRequest) -> Result<Response<Body>, HttpError> {
        let bare = self.request(request)?;
        let answer = if request.body.is_empty() && request.method != Method::Post {
            self.agent.run(self.within(request, bare))
        } else {
            let full = bare.map(|()| request.body.as_slice());
            self.agent.run(self.within(request, full))
        };
        answer.map_err(fault)
    }

    fn within<B: ureq::AsSendBody>(&self, request: &HttpRequest, bare: Request<B>) -> Request<B> {
        self.agent
            .configure_request(bare)
            .timeout_global(Some(request.deadline))
            .build()
    }

    fn request(&self, request: &HttpRequest) -> Result<Request<()>, HttpError> {
        let mut built = Request::new(());
        *built.method_mut() = match request.method {
            Method::Get => ureq::http::Method::GET,
            Method::Post => ureq::http::Method::POST,
            Method::Delete => ureq::http::Method::DELETE,
        };
        *built.uri_mut() = uri(&request.url)?;
        *built.headers_mut() = self.headers(request).ok_or_else(unsendable_header)?;
        Ok(built)
    }

    fn headers(&self, request: &HttpRequest) -> Option<HeaderMap> {
        let mut headers = HeaderMap::new();
        headers.insert(USER_AGENT, self.user_agent.clone());
        for (name, value) in &request.headers {
            let name: ureq::http::HeaderName = name.parse().ok()?;
            headers.append(name, value.parse().ok()?);
        }
        if let Some(secret) = &request.authorization {
            let mut value: HeaderValue = secret.expose().parse().ok()?;
            value.set_sensitive(true);
            headers.insert(AUTHORIZATION, value);
        }
        Some(headers)
    }
}

impl Http for HttpClient {
    fn send(&self, request: &HttpRequest) -> Result<HttpResponse, HttpError> {
        let (head, body) = self.run(request)?.into_parts();
        Ok(HttpResponse {
            status: head.status.as_u16(),
            headers: shown(&head.headers),
            body: read(body, request.max_answer)?,
        })
    }
}

/// An http or https URL without credentials: they would end in logs.
fn uri(url: &str) -> Result<Uri, HttpError> {
    let uri: Uri = url.parse().map_err(|_| HttpError::BadUrl)?;
    let is_web = matches!(uri.scheme_str(), Some("http" | "https"));
    let is_host_and_port = uri.authority().is_some_and(|to| {
        // A port above 65535 parses, and would silently become the scheme's own.
        !to.as_str().contains('@') && (to.as_str() == to.host() || to.port_u16().is_some())
    });
    if is_web && is_host_and_port {
        Ok(uri)
    } else {
        Err(HttpError::BadUrl)
    }
}

fn unsendable_header() -> HttpError {
    HttpError::Unreachable("a header cannot be sent".to_owned())
}

fn shown(headers: &HeaderMap) -> Vec<(String, String)> {
    headers
        .iter()
        .map(|(name, value)| {
            let value = String::from_utf8_lossy(value.as_bytes());
            (name.as_str().to_owned(), value.into_owned())
        })
        .collect()
}

fn read(body: Body, max_answer: usize) -> Result<Vec<u8>, HttpError> {
    // One byte more than allowed is asked for, to tell "just enough" from "too much".
    let limit = u64::try_from(max_answer).map_or(u64::MAX, |max| max.saturating_add(1));
    let mut bytes = Vec::new();
    body.into_reader()
        .take(limit)
        .read_to_end(&mut bytes)
        .map_err(|cause| fault(cause.into()))?;
    if bytes.len() > max_answer {
        return Err(HttpError::TooLarge);
    }
    Ok(bytes)
}
