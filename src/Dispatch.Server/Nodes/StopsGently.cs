using System.Runtime.InteropServices;

namespace Dispatch.Server.Nodes;

/// <summary>
/// What signals mean: TERM, which service managers send, drains and then stops; TERM again, INT (Ctrl-C) and QUIT stop at once.
/// Stopping at once loses nothing either, but clients notice.
/// </summary>
internal sealed class StopsGently(Drain drain, IHostApplicationLifetime process) : IHostLifetime, IDisposable
{
    private readonly List<PosixSignalRegistration> registrations = [];

    public Task WaitForStartAsync(CancellationToken cancellationToken)
    {
        foreach (var signal in new[] { PosixSignal.SIGTERM, PosixSignal.SIGINT, PosixSignal.SIGQUIT })
        {
            registrations.Add(PosixSignalRegistration.Create(signal, Heard));
        }

        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose() => registrations.ForEach(registration => registration.Dispose());

    private void Heard(PosixSignalContext context)
    {
        context.Cancel = true; // we end by ourselves, in order
        if (context.Signal == PosixSignal.SIGTERM && !drain.HasBegun)
        {
            drain.BeginAndStop();
        }
        else
        {
            process.StopApplication();
        }
    }
}
