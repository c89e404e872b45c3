mod receive;
mod refund;
mod session;
