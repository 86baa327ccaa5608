"""The papers that the law asks of whoever warns people, in French, from the configuration and the store.

durations  how long each thing is kept: the very numbers that the purges obey
recipients who else sees something: providers, by driver, and services that the machine asks
facts      all that a paper needs to know of a station
papers     the papers themselves: Markdown from `templates/`, and its blocks for a page
"""
