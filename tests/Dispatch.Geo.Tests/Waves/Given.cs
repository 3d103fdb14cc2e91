using Dispatch.Geo.Waves;

namespace Dispatch.Geo.Tests.Waves;

/// <summary>Plans for people who are near, asked by day, with an hour to come.</summary>
internal static class Given
{
    public static readonly ResponseModel Model = ResponseModel.Published(HourClass.Working);

    public static Guid Id(int n) => new(n, 0, 0, new byte[8]);

    public static WaveTarget Target(int people, double probability = 0.9, double withinSeconds = 3600, double answerWithinSeconds = 120, double? inner = null) =>
        new(people, probability, inner ?? probability, withinSeconds, Math.Max(withinSeconds, 3600), answerWithinSeconds);

    /// <summary>A record under which the model believes about this rate.</summary>
    public static ResponseRecord Says(double rate, double asked = 1e9) => new(asked, rate * asked, 0);

    public static Prospect Prospect(int id, double rate = 0.3, double metres = 100, int ring = 1, int alerts = 0) => new()
    {
        VolunteerId = Id(id), Ring = ring, DistanceMetres = metres, Record = rate == 0.3 ? ResponseRecord.None : Says(rate), RecentAlerts = alerts,
    };

    public static WaveRequest Request(WaveTarget target, IEnumerable<Prospect> prospects, IEnumerable<OpenOffer>? open = null, WaveOrder order = WaveOrder.Nearest) => new()
    {
        Target = target, Model = Model, Open = [.. open ?? []], Prospects = [.. prospects], Order = order,
    };

    public static OpenOffer Silent(double seconds, Receipt receipt = Receipt.Unknown, double metres = 100) => new()
    {
        AskedSecondsAgo = seconds, DistanceMetres = metres, Record = ResponseRecord.None, Receipt = receipt,
    };

    public static OpenOffer OnTheWay(double arrivesInSeconds) => new()
    {
        AskedSecondsAgo = 30, DistanceMetres = 100, Record = ResponseRecord.None, ArrivesInSeconds = arrivesInSeconds,
    };
}
