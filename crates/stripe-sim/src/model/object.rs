use serde_json::Value;

use crate::params::values::Params;

/// A type of object that the API can retrieve by id and list.
pub(crate) trait StripeObject: Sized + 'static {
    /// The type's name in the message "No such ...".
    const NOUN: &'static str;
    /// The parameter that the error "No such ..." names.
    const PARAM: &'static str = "id";
    /// The path of the list.
    const URL: &'static str;
    /// Fields that are always `null` in the simulator.
    const NULLS: &'static [&'static str] = &[];

    fn id(&self) -> &str;

    /// The creation time in Unix seconds.
    fn created(&self) -> i64;

    /// All fields except [`Self::NULLS`].
    fn fields(&self) -> Value;

    fn to_json(&self) -> Value {
        let mut json = self.fields();
        for name in Self::NULLS {
            json[name] = Value::Null;
        }
        json
    }

    /// Whether the filters of a list call select the object. The creation time is not checked here.
    fn matches(&self, _filters: &Params) -> bool {
        true
    }
}
