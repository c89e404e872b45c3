mod api_key;
mod api_key_end;
mod api_key_kinds;
