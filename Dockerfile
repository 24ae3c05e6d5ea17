# The command, small and without root:
#   docker run -p 5000:5000 -v ${PWD}/docs/asyncapi.yml:/opt/asynction/asyncapi.yml IMAGE mock run
FROM python:3.13-slim AS build
WORKDIR /source
COPY . .
RUN pip wheel --no-cache-dir --no-deps --wheel-dir /wheels .

FROM python:3.13-slim
RUN --mount=type=bind,from=build,source=/wheels,target=/wheels \
    pip install --no-cache-dir "$(ls /wheels/asynction-*.whl)[mock,cli,redis]" \
    && useradd --system asynction
USER asynction
WORKDIR /opt/asynction
# the command listens on the loopback address otherwise, which nobody outside of the container reaches
ENV ASYNCTION_MOCK_RUN_HOST=0.0.0.0 ASYNCTION_RUN_HOST=0.0.0.0 PYTHONUNBUFFERED=1
EXPOSE 5000
ENTRYPOINT ["asynction"]
