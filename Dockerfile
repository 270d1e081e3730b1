# syntax=docker/dockerfile:1
# bms-triage: one image; the argument chooses the role (server, worker; none: all).
#
#   docker build -t bms-triage .                       the service
#   docker build -t bms-triage-sim --target sim .      the simulated BMS and the scripted model, for compose.yaml only
#
# Node runs as PID 1 and ends on SIGTERM by itself; --init (compose: init: true) adds the reaping of zombies.

FROM node:24-bookworm-slim AS build
WORKDIR /app
# .npmrc first: it switches install scripts off.
COPY .npmrc package.json package-lock.json ./
RUN npm ci
COPY tsconfig.json tsconfig.build.json ./
COPY src ./src
COPY sim ./sim
COPY harness ./harness
RUN npm run build

FROM node:24-bookworm-slim AS dependencies
WORKDIR /app
COPY .npmrc package.json package-lock.json ./
RUN npm ci --omit=dev

# The simulators need packages that the service does not (multipart forms), so they are an image of their own.
FROM node:24-bookworm-slim AS sim
ENV NODE_ENV=production
WORKDIR /app
COPY package.json ./
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
USER 1000:1000
CMD ["node", "dist/sim/bms/main.js", "--host", "0.0.0.0", "--port", "8080"]

FROM node:24-bookworm-slim AS service
# HOST: a container that listens on its loopback cannot be reached.
ENV NODE_ENV=production HOST=0.0.0.0 PORT=3000 TRIAGE_CONFIG=/etc/bms-triage/triage.yaml
WORKDIR /app
# package.json says that dist/ holds ES modules.
COPY package.json LICENSE ./
COPY --from=dependencies /app/node_modules ./node_modules
COPY --from=build /app/dist/src ./dist/src
# The image's user "node", as a number: Kubernetes cannot see that a name is not root.
USER 1000:1000
EXPOSE 3000
HEALTHCHECK --interval=10s --timeout=5s --start-period=20s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/livez`).then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
# Arguments after the image's name replace CMD: docker run bms-triage worker
ENTRYPOINT ["node", "dist/src/main.js"]
CMD ["all"]
