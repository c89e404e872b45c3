mod dispute;
mod lost_order;
mod receive;
mod refund;
mod session;
mod subscription;
