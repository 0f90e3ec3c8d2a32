# A configuration that the very Caddy which is to run it has accepted, or why not. Nothing runs this image.
ARG EDGE_IMAGE
FROM ${EDGE_IMAGE}
USER 0:0
COPY caddy.json /caddy.json
RUN /bin/sh /usr/local/bin/edge-config check /caddy.json 2>/refused && rm /refused || cat /refused >&2
