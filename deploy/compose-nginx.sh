#!/bin/sh
# In the container of the proxy the program is another host than this.
sed 's#server 127.0.0.1:8501#server app:8501#' /biaochi.conf > /etc/nginx/conf.d/default.conf
