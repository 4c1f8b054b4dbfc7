FROM node:20-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci
# What the build reads and no more: a checkout's own node_modules and state stay out.
COPY tsconfig.json tsconfig.build.json ./
COPY src ./src
COPY queues ./queues
RUN npm run build && npm prune --omit=dev

FROM node:20-bookworm-slim
# redis-server is for `docker run` without a --redis-url and for `prow demo`; in a cluster nothing starts it.
RUN apt-get update && apt-get install -y --no-install-recommends git ca-certificates redis-server && rm -rf /var/lib/apt/lists/*
WORKDIR /app
ENV NODE_ENV=production
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
COPY package.json app.yml ./
COPY helm/crds ./dist/helm/crds
# By number, so that Kubernetes can tell that it is not root: the user `node`.
USER 1000:1000
EXPOSE 8888 9090
ENTRYPOINT ["node", "dist/src/cli/main.js"]
CMD ["serve"]
