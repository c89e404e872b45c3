use crate::base::mode::Mode;
use crate::base::scope::Scope;
use crate::engine::world::World;
use crate::model::event::EventRequest;
use crate::params::values::Params;

/// An API request with an authenticated caller and parsed parameters.
pub(crate) struct Context<'w> {
    pub(crate) world: &'w mut World,
    /// The owner of the objects that the request reads and writes.
    pub(crate) scope: Scope,
    /// The client id of the platform, if the platform acts for a connected account.
    pub(crate) application: Option<String>,
    /// The value of `{id}` in the path; empty for a path without `{id}`.
    pub(crate) id: String,
    pub(crate) params: Params,
    pub(crate) request: EventRequest,
}

impl Context<'_> {
    pub(crate) fn mode(&self) -> Mode {
        self.scope.mode
    }
}
