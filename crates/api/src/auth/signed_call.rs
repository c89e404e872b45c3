//! The signed parts of a request.

use actix_web::HttpRequest;
use actix_web::http::uri::PathAndQuery;
use mintage_domain::usecase::access::api_key::SignedCall;

/// The parts of a request that its signature covers.
pub(super) fn signed_call<'a>(request: &'a HttpRequest, body: &'a [u8]) -> SignedCall<'a> {
    let header = |name: &str| request.headers().get(name)?.to_str().ok();
    let target = request.uri().path_and_query();
    SignedCall {
        timestamp: header("x-keystack-timestamp"),
        nonce: header("x-keystack-nonce"),
        signature: header("x-keystack-signature"),
        method: request.method().as_str(),
        target: target.map_or("", PathAndQuery::as_str),
        body,
    }
}
