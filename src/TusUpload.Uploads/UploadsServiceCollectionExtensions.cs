using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

using TusUpload.Uploads.Admission;
using TusUpload.Uploads.Completion;
using TusUpload.Uploads.Progress;

namespace TusUpload.Uploads;

public static class UploadsServiceCollectionExtensions
{
    /// <summary>From the first POST to the last byte.</summary>
    public static IServiceCollection AddUploads(this IServiceCollection services)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddOptions<AdmissionOptions>().BindConfiguration(AdmissionOptions.Section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<AdmissionOptions>, AdmissionOptionsAnnotations>();
        services.AddSingleton<CallerDirectory>();
        services.AddSingleton<CompletedUploads>();
        services.AddSingleton<LiveUploads>();
        return services;
    }
}
