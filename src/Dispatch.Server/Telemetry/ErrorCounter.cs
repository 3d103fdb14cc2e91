namespace Dispatch.Server.Telemetry;

/// <summary>Counts what is logged as an error, wherever it is logged: nobody has to remember to count.</summary>
[ProviderAlias("ErrorCounter")]
internal sealed class ErrorCounter(Measures measures) : ILoggerProvider
{
    public ILogger CreateLogger(string categoryName) => new Counter(measures, categoryName);

    public void Dispose()
    {
    }

    private sealed class Counter(Measures measures, string source) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel is LogLevel.Error or LogLevel.Critical;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
            {
                measures.Failed(source);
            }
        }
    }
}
