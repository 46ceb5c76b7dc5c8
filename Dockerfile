# One image for the command line and the jobs. No file is downloaded but npm's packages.
FROM node:24.11-bookworm-slim AS build
WORKDIR /build
COPY package.json package-lock.json .npmrc tsconfig.json tsconfig.build.json ./
COPY src ./src
COPY jobs ./jobs
COPY bench ./bench
COPY mappings ./mappings
RUN npm ci && npm prune --omit=dev --ignore-scripts

FROM node:24.11-bookworm-slim
ENV NODE_ENV=production TZ=UTC
WORKDIR /opt/falconry
COPY --from=build /build/package.json ./
COPY --from=build /build/node_modules ./node_modules
COPY --from=build /build/dist ./dist
COPY mappings ./mappings
COPY src/ocsf/layouts ./src/ocsf/layouts
COPY LICENSE CHANGELOG.md ./
# scratch: the only place written to when the root is read-only
VOLUME /tmp
USER node
# the command line; jobs name their own script: node dist/jobs/convert-slice.js …
CMD ["node", "dist/src/cli/main.js", "--help"]
