//! The request for consent to a connection, and the seller's decision.

use crate::base::form::{self, Pairs};
use crate::base::mode::Mode;
use crate::base::scope::Scope;
use crate::engine::authorization_codes::AuthorizationCode;
use crate::engine::world::World;
use crate::resources::accounts;

/// Seconds until an authorization code expires.
const CODE_TTL: i64 = 5 * 60;

/// A valid request for consent.
pub(crate) struct ConsentRequest {
    pub(crate) mode: Mode,
    redirect_uri: String,
    /// OAuth's `scope`: `read_only` or `read_write`.
    permission: String,
    state: Option<String>,
}

impl ConsentRequest {
    /// Validates the parameters of a request. The error is a message for the seller.
    pub(crate) fn parse(world: &World, params: &Pairs) -> Result<Self, String> {
        let field = |name| form::field(params, name);
        let client = field("client_id").unwrap_or_default();
        let mut modes = Mode::ALL.into_iter();
        let mode = modes.find(|mode| world.config.platform(*mode).client_id == client);
        let mode = mode.ok_or("No application matches the supplied client identifier")?;
        if field("response_type") != Some("code") {
            return Err("The response type must be code".into());
        }
        let registered = &world.config.redirect_uris;
        let redirect_uri = match field("redirect_uri") {
            None => registered.first(),
            Some(uri) => registered.iter().find(|known| *known == uri),
        };
        let permission = field("scope").unwrap_or("read_only");
        if !matches!(permission, "read_only" | "read_write") {
            return Err("Invalid scope".into());
        }
        Ok(Self {
            mode,
            redirect_uri: redirect_uri.ok_or("Invalid redirect URI")?.clone(),
            permission: permission.to_owned(),
            state: field("state").map(str::to_owned),
        })
    }

    /// Grants consent for `account`, or for a new account if `account` is empty. Returns the
    /// address that the browser is redirected to.
    pub(crate) fn grant(&self, world: &mut World, account: &str) -> Result<String, String> {
        let account = match account {
            "" => accounts::create(world, None),
            id if is_seller(world, id) => id.to_owned(),
            id => return Err(format!("There is no account {id} to connect.")),
        };
        let code = world.ids.object_id("ac_");
        let authorization = AuthorizationCode {
            scope: Scope::new(account, self.mode),
            permission: self.permission.clone(),
            expires_at: world.clock.now().saturating_add(CODE_TTL),
            used: false,
        };
        world
            .authorization_codes
            .insert(code.clone(), authorization);
        let mut query = vec![("code", code.as_str()), ("scope", &self.permission)];
        query.extend(self.state.as_deref().map(|state| ("state", state)));
        Ok(self.redirect(&query))
    }

    /// Denies consent. Returns the address that the browser is redirected to.
    pub(crate) fn deny(&self, world: &World) -> String {
        let mut query = vec![
            ("error", "access_denied"),
            ("error_description", "The user denied your request"),
        ];
        let state = self.state.as_deref();
        let state = state.filter(|_| world.config.cancel_keeps_state);
        query.extend(state.map(|state| ("state", state)));
        self.redirect(&query)
    }

    fn redirect(&self, query: &[(&str, &str)]) -> String {
        let uri = &self.redirect_uri;
        let separator = if uri.contains('?') { '&' } else { '?' };
        format!("{uri}{separator}{}", form::encode(query))
    }
}

fn is_seller(world: &World, id: &str) -> bool {
    world.accounts.get(id).is_some() && id != world.config.platform_account
}
