"""The Grafana dashboards, each in Chinese and English, from one description: a file a page, a row a panel.

`make generate` writes them into `metrics/dashboards`; those of the wall, which ask for no figure of one agent, into
`metrics/dashboards/wall`.
"""
