//! `mintage token`.

use clap::{Args, Subcommand};
use mintage_api::views::sellers::{TokenSecret, TokenView};
use mintage_domain::base::id::TokenId;
use mintage_domain::base::time::Timestamp;
use mintage_domain::model::sellers::audit::Actor;
use mintage_domain::model::sellers::authority::Authority;
use mintage_domain::model::sellers::management_token::{ManagementToken, TokenName, TokenScope};
use mintage_domain::ports::Store;
use mintage_domain::usecase::env::Env;
use mintage_domain::usecase::sellers::token::{NewToken, create_token, revoke_token};
use serde::Serialize;

use super::global_args::{GlobalArgs, with_store};
use super::list::print_list;
use super::output::{CommandResult, Format, print_item, print_json, print_line, print_values};
use super::tenant_args::TenantArgs;

#[derive(Subcommand)]
pub(super) enum TokenCommand {
    /// Create a management token and print it, once.
    Create {
        #[command(flatten)]
        tenant: TenantArgs,
        #[command(flatten)]
        new: NewTokenArgs,
    },
    /// List management tokens, newest first.
    List {
        #[command(flatten)]
        tenant: TenantArgs,
    },
    /// Revoke a management token at once.
    Revoke {
        #[command(flatten)]
        tenant: TenantArgs,
        /// The token's id: tok_...
        #[arg(long, value_parser = TokenId::parse)]
        id: TokenId,
    },
}

#[derive(Args)]
pub(super) struct NewTokenArgs {
    /// A name by which people recognise the token.
    #[arg(long, value_parser = TokenName::parse)]
    name: Option<TokenName>,
    /// A scope of the token, such as products:read; all scopes by default.
    #[arg(long = "scope", value_parser = TokenScope::parse)]
    scopes: Vec<TokenScope>,
    /// From when on the token is refused, such as 2027-01-01; never by default.
    #[arg(long, value_parser = Timestamp::parse_rfc3339)]
    expires_at: Option<Timestamp>,
}

impl From<NewTokenArgs> for NewToken {
    fn from(args: NewTokenArgs) -> Self {
        let scopes = if args.scopes.is_empty() {
            TokenScope::ALL.into()
        } else {
            args.scopes.into_iter().collect()
        };
        Self {
            name: args.name,
            scopes,
            expires_at: args.expires_at,
        }
    }
}

struct TokenFormat {
    now: Timestamp,
}

impl Format<5> for TokenFormat {
    type Item = ManagementToken;

    const HEADING: [&'static str; 5] = ["id", "name", "scopes", "status", "last used"];

    fn view(&self, token: &ManagementToken) -> impl Serialize {
        TokenView::of(token)
    }

    fn row(&self, token: &ManagementToken) -> [String; 5] {
        let scopes: Vec<&str> = token.scopes.iter().map(|scope| scope.as_str()).collect();
        let scopes = if scopes.len() == TokenScope::ALL.len() {
            "all".to_owned()
        } else {
            scopes.join(" ")
        };
        let status = match (token.revoked_at, token.expires_at) {
            (Some(at), _) => format!("revoked {}", at.to_rfc3339()),
            (None, None) => "valid".to_owned(),
            (None, Some(end)) if token.is_good(self.now) => {
                format!("valid until {}", end.to_rfc3339())
            }
            (None, Some(end)) => format!("expired {}", end.to_rfc3339()),
        };
        let last_use = token.last_used_at.map(Timestamp::to_rfc3339);
        [
            token.id.to_string(),
            token
                .name
                .as_ref()
                .map_or("-", TokenName::as_str)
                .to_owned(),
            scopes,
            status,
            last_use.unwrap_or_else(|| "never".to_owned()),
        ]
    }
}

pub(super) fn run(args: &GlobalArgs, command: TokenCommand) -> CommandResult {
    with_store(args, |store, env| match command {
        TokenCommand::Create { tenant, new } => create(store, env, &tenant, &new.into()),
        TokenCommand::List { tenant } => {
            tenant.check_exists(store)?;
            let format = TokenFormat { now: env.now() };
            print_list(format, tenant.json, |page| {
                store.tokens(&tenant.tenant, page)
            })
        }
        TokenCommand::Revoke { tenant, id } => {
            let token = revoke_token(store, env, &tenant.tenant, &id, &Actor::Operator)?;
            print_item(TokenFormat { now: env.now() }, tenant.json, token)
        }
    })
}

fn create(store: &dyn Store, env: &Env<'_>, tenant: &TenantArgs, new: &NewToken) -> CommandResult {
    tenant.check_exists(store)?;
    let created = create_token(store, env, &tenant.tenant, new, Authority::Operator)?;
    if tenant.json {
        return Ok(print_json(&TokenSecret::of(&created))?);
    }
    print_values(&[
        ("id", created.token.id.as_str()),
        ("management token", created.secret.expose()),
    ])?;
    Ok(print_line("The token is shown only once.")?)
}
