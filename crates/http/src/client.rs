//! The [`Http`] port on ureq.

use std::io::Read;
use std::time::Duration;

use mintage_domain::ports::{AnswerBody, Http, HttpError, HttpRequest, HttpResponse, Method};
use ureq::http::header::{AUTHORIZATION, HeaderValue, USER_AGENT};
use ureq::http::{HeaderMap, Request, Response, Uri};
use ureq::unversioned::resolver::{DefaultResolver, Resolver};
use ureq::{Agent, Body};

use crate::certificate::{self, Certificate};
use crate::error::{MarkingConnector, http_error};
use crate::reach::{GuardedResolver, Reach};

/// How long the start of an answer's body may take, where the status is enough.
const START_DEADLINE: Duration = Duration::from_secs(1);

/// The configuration of a client.
#[derive(Debug, Clone)]
pub struct Config {
    /// The addresses that requests may be sent to.
    pub reach: Reach,
    /// The value of the `User-Agent` header, such as `mintage/0.1.0`.
    pub user_agent: String,
    /// Authorities whose certificates are accepted beside the public ones.
    pub authorities: Vec<Certificate>,
}

/// The user agent is not a valid header value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the user agent may only hold visible ASCII and spaces")]
pub struct InvalidUserAgent;

/// An HTTP client that keeps connections alive. Clones share the connections.
#[derive(Debug, Clone)]
pub struct HttpClient {
    agent: Agent,
    reach: Reach,
    user_agent: HeaderValue,
}

impl HttpClient {
    /// A client that resolves names by the operating system.
    pub fn new(config: Config) -> Result<Self, InvalidUserAgent> {
        Self::with_resolver(config, DefaultResolver::default())
    }

    pub(crate) fn with_resolver(
        config: Config,
        resolver: impl Resolver,
    ) -> Result<Self, InvalidUserAgent> {
        let user_agent = HeaderValue::from_str(&config.user_agent).map_err(|_| InvalidUserAgent)?;
        // A proxy from the environment would resolve names itself and so bypass the guard.
        let settings = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .proxy(None)
            .tls_config(certificate::tls(config.authorities))
            .build();
        let reach = config.reach;
        let guarded = GuardedResolver {
            resolver,
            reach: reach.clone(),
        };
        let agent = Agent::with_parts(settings, MarkingConnector::default(), guarded);
        Ok(Self {
            agent,
            reach,
            user_agent,
        })
    }

    fn run(&self, request: &HttpRequest) -> Result<Response<Body>, HttpError> {
        let head = self.request(request)?;
        let answer = if request.body.is_empty() && request.method != Method::Post {
            self.agent.run(self.with_deadline(request, head))
        } else {
            let with_body = head.map(|()| request.body.as_slice());
            self.agent.run(self.with_deadline(request, with_body))
        };
        answer.map_err(http_error)
    }

    fn with_deadline<B: ureq::AsSendBody>(
        &self,
        request: &HttpRequest,
        http_request: Request<B>,
    ) -> Request<B> {
        let body_deadline = match request.answer {
            AnswerBody::Whole(_) => None,
            AnswerBody::Start(_) => Some(START_DEADLINE),
        };
        self.agent
            .configure_request(http_request)
            .timeout_global(Some(request.deadline))
            .timeout_recv_body(body_deadline)
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
        *built.headers_mut() = self.headers(request).ok_or_else(invalid_header)?;
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
    fn check_url(&self, url: &str) -> Result<(), HttpError> {
        let uri = uri(url)?;
        let host = uri.host().unwrap_or_default();
        let literal = host.trim_start_matches('[').trim_end_matches(']').parse();
        match literal {
            Ok(address) if !self.reach.includes(&uri, address) => Err(HttpError::ForbiddenAddress),
            _ => Ok(()),
        }
    }

    fn send(&self, request: &HttpRequest) -> Result<HttpResponse, HttpError> {
        let (head, body) = self.run(request)?.into_parts();
        Ok(HttpResponse {
            status: head.status.as_u16(),
            headers: owned_headers(&head.headers),
            body: read(body, request.answer)?,
        })
    }
}

/// Parses an http or https URL. Credentials in URLs are refused, since URLs are logged.
///
/// Only the characters of RFC 3986 are sent. Servers read others in different ways.
fn uri(url: &str) -> Result<Uri, HttpError> {
    if !url.bytes().all(is_url_character) {
        return Err(HttpError::BadUrl);
    }
    let uri: Uri = url.parse().map_err(|_| HttpError::BadUrl)?;
    let is_web = matches!(uri.scheme_str(), Some("http" | "https"));
    let is_host_and_port = uri.authority().is_some_and(|authority| {
        let has_port = authority.as_str() != authority.host();
        // A port above 65535 parses too, and would silently become the scheme's default.
        let is_port_valid = !has_port || authority.port_u16().is_some();
        is_port_valid && !authority.as_str().contains('@')
    });
    if is_web && is_host_and_port {
        Ok(uri)
    } else {
        Err(HttpError::BadUrl)
    }
}

/// Whether a byte is one of the characters of RFC 3986.
fn is_url_character(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~:/?#[]@!$&'()*+,;=%".contains(&byte)
}

fn invalid_header() -> HttpError {
    HttpError::Unreachable("a header cannot be sent".to_owned())
}

fn owned_headers(headers: &HeaderMap) -> Vec<(String, String)> {
    headers
        .iter()
        .map(|(name, value)| {
            let value = String::from_utf8_lossy(value.as_bytes());
            (name.as_str().to_owned(), value.into_owned())
        })
        .collect()
}

fn read(body: Body, wanted: AnswerBody) -> Result<Vec<u8>, HttpError> {
    let (AnswerBody::Whole(max) | AnswerBody::Start(max)) = wanted;
    // Reading one byte more than allowed detects a body that is too large.
    let limit = u64::try_from(max).map_or(u64::MAX, |max| max.saturating_add(1));
    let mut bytes = Vec::new();
    let read = body.into_reader().take(limit).read_to_end(&mut bytes);
    if let AnswerBody::Start(_) = wanted {
        // What was read before an error is kept.
        bytes.truncate(max);
        return Ok(bytes);
    }
    read.map_err(|cause| http_error(cause.into()))?;
    if bytes.len() > max {
        return Err(HttpError::TooLarge);
    }
    Ok(bytes)
}
