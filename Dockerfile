# One image for the command line, the Batch jobs and the function; for linux/amd64 and linux/arm64:
#
#     docker buildx build --platform linux/amd64,linux/arm64 --tag <repository>:<version> --push .
#
# Nothing is downloaded but npm's packages, and no script of theirs runs. The tag names the base exactly; add its digest in your own mirror.
FROM node:24.11.1-bookworm-slim AS build
WORKDIR /build
COPY package.json package-lock.json .npmrc tsconfig.json tsconfig.build.json ./
COPY src ./src
COPY jobs ./jobs
COPY mappings ./mappings
RUN npm ci --ignore-scripts --no-audit --no-fund && npm run build && npm prune --omit=dev --ignore-scripts --no-audit

FROM node:24.11.1-bookworm-slim
ENV NODE_ENV=production TZ=UTC
WORKDIR /opt/falconry
COPY --from=build /build/package.json ./
COPY --from=build /build/node_modules ./node_modules
COPY --from=build /build/dist ./dist
COPY mappings ./mappings
COPY src/ocsf/layouts ./src/ocsf/layouts
COPY LICENSE CHANGELOG.md ./
RUN chmod 755 dist/src/cli/start.cjs && ln -s /opt/falconry/dist/src/cli/start.cjs /usr/local/bin/falconry
# scratch: the only place written to when the root is read-only
VOLUME /tmp
USER node
# the command line; jobs name their own script: node dist/jobs/convert-slice.js …
CMD ["falconry", "--help"]
