using Dispatch.Server.Live;
using Dispatch.Server.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace Dispatch.Server.Tests.Live;

/// <summary>What fails for a reason of its own is set apart, shown, and taken out when it works again.</summary>
public sealed class QuarantineTests : IAsyncLifetime
{
    private TestNode node = null!;

    private Quarantine Quarantine => node.Services.GetRequiredService<Quarantine>();

    public async Task InitializeAsync() => node = await TestNode.StartAsync();

    public async Task DisposeAsync() => await node.DisposeAsync();

    [Fact]
    public async Task Failures_are_counted_and_the_third_of_an_incident_is_an_alarm()
    {
        var incident = Guid.NewGuid();
        for (var failures = 1; failures <= 3; failures++)
        {
            var entry = await Quarantine.PutAsync(QuarantineKind.Incident, incident, 0, new InvalidOperationException("secret"), default);
            Assert.Equal((failures, failures == 3), (entry.Failures, entry.Alarm));
            Assert.True(entry.RetryAt > entry.LastFailedAt);
        }

        var shown = Assert.Single(await Quarantine.ReadAsync(default));
        Assert.Equal((QuarantineKind.Incident, incident, "InvalidOperationException"), (shown.Kind, shown.Subject, shown.Error));

        await Quarantine.ReleaseAsync(QuarantineKind.Incident, incident, 0, default);
        Assert.Empty(await Quarantine.ReadAsync(default));
    }
}
